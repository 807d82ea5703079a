import type { Verdict } from './judge.ts';

/** What a question's replies agree on; `mixed` where too few agree or they deny the accepted answer. */
export type Status = 'right' | 'wrong' | 'uncertain' | 'mixed';

export interface Consistency {
  readonly status: Status;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Index of the reply that stands for all; only where the status is `right` or `wrong`. */
  readonly representative: number | undefined;
}

/** Index of the most frequent text among some, the earliest of equally frequent ones. */
function mostFrequent(texts: readonly string[], among: readonly number[]): number {
  const times = new Map<string, number>();
  for (const i of among) times.set(texts[i], (times.get(texts[i]) ?? 0) + 1);
  const most = Math.max(...times.values());
  return among.find((i) => times.get(texts[i]) === most) as number;
}

/**
 * Keeps a question whose replies agree: at least `agree` of them right, or at least `agree` of them wrong.
 * The most frequent text among these stands for all (the earliest of equally frequent ones).
 */
export function consistencyOf(
  replies: readonly { readonly text: string; readonly verdict: Verdict }[],
  agree: number,
): Consistency {
  const counts = { right: 0, wrong: 0, uncertain: 0, denied: 0 };
  for (const { verdict } of replies) counts[verdict]++;
  for (const status of ['right', 'wrong'] as const) {
    if (counts[status] < agree) continue;
    const among = replies.flatMap(({ verdict }, i) => (verdict === status ? [i] : []));
    const texts = replies.map(({ text }) => text.trim());
    return { status, counts, representative: mostFrequent(texts, among) };
  }
  return { status: counts.uncertain >= agree ? 'uncertain' : 'mixed', counts, representative: undefined };
}
