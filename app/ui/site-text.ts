const texts = new Map<string, string>();

/**
 * Text of a file beside the page, such as "questions/facts.jsonl"; undefined where it cannot be had. What was read once is
 * kept, and so is there without a connection.
 * @param base address of the page
 */
export async function siteText(path: string, base = document.baseURI): Promise<string | undefined> {
  const { href } = new URL(path, base);
  const known = texts.get(href);
  if (known !== undefined) return known;
  const response = await fetch(href).catch(() => undefined);
  const text = response?.ok ? await response.text().catch(() => undefined) : undefined;
  if (text !== undefined) texts.set(href, text);
  return text;
}
