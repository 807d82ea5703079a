import { SetupError } from './log.mjs';

/** @typedef {{ open: boolean, port: number | undefined, host: string | boolean | undefined }} StartOptions */

/**
 * Options of `npm start`.
 * @param {readonly string[]} args such as ["--port", "8080", "--host", "--open"]
 * @returns {StartOptions}
 */
export function parseStartOptions(args) {
  /** @type {StartOptions} */
  const options = { open: false, port: undefined, host: undefined };
  const rest = args.flatMap((arg) =>
    /^--\w+=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : [arg],
  );
  while (rest.length > 0) {
    const option = rest.shift();
    const value = rest[0]?.startsWith('--') ? undefined : rest[0];
    if (option === '--open') {
      options.open = true;
    } else if (option === '--host') {
      options.host = value ?? true;
      if (value !== undefined) rest.shift();
    } else if (option === '--port' && /^\d+$/.test(value ?? '') && Number(value) <= 65535) {
      options.port = Number(rest.shift());
    } else {
      throw new SetupError(
        `"${option}" is not understood: npm start -- [--port NUMBER] [--host [ADDRESS]] [--open]`,
      );
    }
  }
  return options;
}
