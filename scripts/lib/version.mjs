/**
 * What is wrong with a Node version, as one sentence, or null where it will do. The bounds are those of
 * package.json's "engines".
 * @param {string} version such as "20.19.0"
 * @returns {string | null}
 */
export function nodeProblem(version) {
  const [major, minor] = version.split('.').map(Number);
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  return fits
    ? null
    : `H-Neuron Explorer needs Node 20.19 or newer (or 22.12 or newer), and this is Node ${version}: install it from https://nodejs.org and run the command again.`;
}
