import { describe, expect, it } from 'vitest';
import type { TextCodec } from '../../../../src/model/types.ts';
import { answerTokens } from '../../../../src/studies/identify/answer-tokens.ts';
import { consistencyOf } from '../../../../src/studies/identify/consistency.ts';
import { judgeReply } from '../../../../src/studies/identify/judge.ts';

const judged = (texts: readonly string[], answers: readonly string[]) =>
  texts.map((text) => ({ text, verdict: judgeReply(text, answers).verdict }));

describe('agreement of replies', () => {
  it('takes the most frequent reply of those that agree', () => {
    const replies = judged(['It is Paris', 'Paris', 'Rome', 'Paris', 'The city of Paris'], ['Paris']);
    expect(consistencyOf(replies, 4)).toMatchObject({ status: 'right', representative: 1 });
  });

  it('takes the earliest of equally frequent replies', () => {
    const replies = judged(['Oslo', 'Rome', 'Bern', 'Rome', 'Bern'], ['Paris']);
    expect(consistencyOf(replies, 5)).toMatchObject({ status: 'wrong', representative: 1 });
  });

  it('keeps nothing below the threshold, and counts denials for neither side', () => {
    const replies = judged(['Paris', 'Paris', 'Paris', 'not Paris'], ['Paris']);
    expect(consistencyOf(replies, 4)).toEqual({
      status: 'mixed',
      counts: { right: 3, wrong: 0, uncertain: 0, denied: 1 },
      representative: undefined,
    });
    expect(consistencyOf(replies, 3).status).toBe('right');
  });

  it('tells questions that the model refuses from mixed ones', () => {
    const replies = judged(["I don't know", 'I have no idea', 'Paris'], ['Paris']);
    expect(consistencyOf(replies, 2).status).toBe('uncertain');
  });
});

/** Pieces as tokens: id i is the i-th piece. */
function codecOf(pieces: readonly string[]): Pick<TextCodec, 'decode'> {
  return {
    decode: (ids) => ids.map((id) => pieces[id]).join(''),
  };
}

function tokensOf(
  pieces: readonly string[],
  question: string,
  answers: readonly string[],
  rivals?: readonly string[],
) {
  const text = pieces.join('');
  const ids = pieces.map((_, i) => i);
  const found = answerTokens(
    codecOf(pieces),
    { ids, text },
    { question, rivals },
    judgeReply(text, answers, rivals),
  );
  return found && { kind: found.kind, pieces: found.tokens.map((i) => pieces[i]) };
}

describe('tokens of the answer', () => {
  const question = 'What is the capital of Brazil?';

  it('are those of the accepted answer where the reply is right', () => {
    expect(tokensOf(['The', ' capital', ' is', ' Bras', 'ília', '.'], question, ['Brasilia'])).toEqual({
      kind: 'accepted',
      pieces: [' Bras', 'ília'],
    });
  });

  it('include a token that reaches over the edge of the answer', () => {
    expect(tokensOf(['"', 'Bras', 'ília".'], question, ['Brasília'])?.pieces).toEqual(['Bras', 'ília".']);
  });

  it('are those of content words that the question does not have where it is wrong', () => {
    const pieces = ['The', ' capital', ' of', ' Brazil', ' is', ' Sal', 'vador', ',', ' I', ' think', '.'];
    expect(tokensOf(pieces, question, ['Brasília'])).toEqual({
      kind: 'content',
      pieces: [' Sal', 'vador', ' think'],
    });
  });

  it('are those of the rival where the question offers it', () => {
    const pieces = ['The', ' capital', ' is', ' Rio', '.'];
    const choice = 'Is the capital of Brazil Rio or Brasília?';
    expect(tokensOf(pieces, choice, ['Brasília'], ['Rio'])).toEqual({ kind: 'content', pieces: [' Rio'] });
  });

  it('are those of all words where a wrong reply only repeats the question', () => {
    expect(tokensOf(['The', ' capital', '.'], question, ['Brasília'])).toEqual({
      kind: 'words',
      pieces: ['The', ' capital'],
    });
  });

  it('are none where the reply has no word, whatever question came before', () => {
    expect(tokensOf(['Paris'], question, ['Paris'])?.pieces).toEqual(['Paris']);
    expect(tokensOf(['?', '!'], question, ['Paris'])).toBeUndefined();
  });
});
