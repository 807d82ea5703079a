/** Prints a line that begins with what the line is about. @param {string} about @param {string} text */
export function say(about, text) {
  console.log(`[${about}] ${text}`);
}

/** A sentence for a person, printed without a stack. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/** Runs a script's main function; a SetupError ends the process with its sentence. @param {() => Promise<void>} main */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exit(1);
  }
}
