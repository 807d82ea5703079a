/**
 * Number of passed tests in a report, or an error where a test failed, was skipped or none ran.
 * @param {string} runner for the sentence
 * @param {{ passed: number, failed: number, skipped: number }} counts
 * @returns {number}
 */
function passedOf(runner, { passed, failed, skipped }) {
  if (failed > 0) throw new Error(`${runner}: ${failed} failed.`);
  if (skipped > 0) throw new Error(`${runner}: ${skipped} skipped, and every test must run.`);
  if (passed === 0) throw new Error(`${runner}: no test ran.`);
  return passed;
}

/** @param {string} json report of vitest's "json" reporter @returns {number} passed tests */
export function vitestPassed(json) {
  const report = JSON.parse(json);
  return passedOf('vitest', {
    passed: report.numPassedTests,
    failed: report.numFailedTests + (report.success ? 0 : report.numFailedTestSuites),
    skipped: report.numPendingTests + report.numTodoTests,
  });
}

/** @param {string} json report of Playwright's "json" reporter @returns {number} passed tests */
export function playwrightPassed(json) {
  const { stats, errors } = JSON.parse(json);
  return passedOf('playwright', {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  });
}
