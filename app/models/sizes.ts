/** "118 MB", "1.09 GB"; with three digits at most. */
export function bytesText(bytes: number): string {
  const [value, unit] = bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  const digits = value < 10 ? 3 : Math.max(3, Math.ceil(Math.log10(value)));
  return `${Number(value.toPrecision(digits)).toLocaleString('en')} ${unit}`;
}

/** "135M", "1.7B": parameters as models are named by them. */
export function parametersText(parameters: number): string {
  return parameters < 1e9
    ? `${Math.round(parameters / 1e6)}M`
    : `${Number((parameters / 1e9).toPrecision(2))}B`;
}

/** "about 118 MB", in two digits: what is computed and not read. */
export function aboutBytesText(bytes: number): string {
  return bytesText(Number(bytes.toPrecision(2)));
}
