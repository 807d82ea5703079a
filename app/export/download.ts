/** Hands a file to the person. */
export function offerFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  // The browser has taken the address up when the next task runs.
  setTimeout(() => URL.revokeObjectURL(url));
}

/** A file name of plain letters: what is not one becomes a hyphen. */
export function fileName(...parts: readonly string[]): string {
  const words = parts.map((part) =>
    part
      .normalize('NFKD')
      .replace(/[^a-zA-Z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40)
      .toLowerCase(),
  );
  return words.filter((word) => word !== '').join('_');
}
