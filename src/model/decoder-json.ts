interface DecoderJson {
  readonly type?: string;
  readonly replacement?: string;
  readonly decoders?: readonly DecoderJson[];
  readonly content?: string;
  readonly start?: number;
  readonly stop?: number;
}

const isMetaspace = ({ type }: DecoderJson) => type === 'Metaspace';
const isStrip = ({ type, content, start = 0, stop = 0 }: DecoderJson) =>
  type === 'Strip' && content === ' ' && start > 0 && stop === 0;

/** Turns the marks of spaces into spaces, the first one, too. */
const spaces = ({ replacement = '\u2581' }: DecoderJson): DecoderJson => ({
  type: 'Replace',
  ...{ pattern: { String: replacement }, content: ' ' },
});

/**
 * A decoder of tokenizer.json that does not take the space at the start of a text away, and how many it took: a token by
 * itself stands for its space, too.
 */
export function keepingSpaces(given: object | null): {
  readonly decoder: object | null;
  readonly strips: number;
} {
  const decoder = given as DecoderJson | null;
  if (decoder === null) return { decoder, strips: 0 };
  if (isMetaspace(decoder)) return { decoder: spaces(decoder), strips: 1 };
  const all = decoder.decoders ?? [];
  const last = all.at(-1);
  if (decoder.type !== 'Sequence' || !last) return { decoder, strips: 0 };
  if (isStrip(last) && all.at(-2)?.type === 'Fuse')
    return { decoder: { ...decoder, decoders: all.slice(0, -1) }, strips: last.start ?? 0 };
  const at = all.findIndex(isMetaspace);
  if (at < 0) return { decoder, strips: 0 };
  return { decoder: { ...decoder, decoders: all.with(at, spaces(all[at])) }, strips: 1 };
}
