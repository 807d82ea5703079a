import { occurrences, type Word, withoutArticles, wordsOf } from '../../datasets/normalise.ts';
import { withWholeNumbers } from './whole-numbers.ts';

/**
 * What a reply is worth: `right` holds an accepted answer; `denied` holds one but denies it, which a person should look
 * at; `uncertain` admits not to know, declines or says nothing, and is set aside; `wrong` is everything else.
 */
export type Verdict = 'right' | 'wrong' | 'uncertain' | 'denied';

export interface Judgement {
  readonly verdict: Verdict;
  /** Where the accepted answer stands in the reply, UTF-16 offsets; for `right` and `denied`. */
  readonly span?: { readonly start: number; readonly end: number };
}

/** Word sequences that say that the speaker does not know, or will not answer. */
const UNCERTAIN = `
I don't know|I do not know|I didn't know|I have no idea|I have no knowledge|I have no information|have any information|
have enough information|have the information|not have information|don't have information|no information available|
no information is available|not enough information|insufficient information|not familiar with|not aware of|I'm not aware|
I am not sure|I'm not sure|not certain|I am unsure|I'm unsure|I'm uncertain|I am uncertain|cannot answer|can't answer|
cannot provide|can't provide|will not provide|won't provide|cannot determine|can't determine|unable to answer|
unable to provide|unable to determine|unable to find|unable to assist|cannot be determined|does not exist|doesn't exist|
is not known|is unknown|answer is unknown|no such|could not find|couldn't find|I am sorry|I'm sorry|I apologize|as an AI|
as a chatbot|as a language model|I am an AI|I'm an AI|helpful AI|not a chatbot|have the ability|how can I help|
how can I assist|no answer|not here to answer
`
  .split('|')
  .map((phrase) => wordsOf(phrase));

const DENIALS = new Set(
  'not no never neither nor cannot cant isnt wasnt arent werent dont doesnt didnt wont wouldnt couldnt without except'.split(
    ' ',
  ),
);
const DENYING_PAIRS = new Set(['rather than', 'instead of', 'other than']);

/** A denial reaches this many words to each side, within its clause. */
const BEFORE = 4;
const AFTER = 2;

/** Whether words i and i + 1 stand in different clauses. */
function clauseEnds(reply: string, words: readonly Word[], i: number): boolean {
  return (
    /[,;:!?\n()]|\.(?=\s|$)/.test(reply.slice(words[i].end, words[i + 1].start)) ||
    words[i + 1].text === 'but'
  );
}

function isDenied(reply: string, words: readonly Word[], first: number, last: number): boolean {
  for (let i = first - 1; i >= Math.max(0, first - BEFORE) && !clauseEnds(reply, words, i); i--) {
    if (DENIALS.has(words[i].text)) return true;
    if (i > 0 && DENYING_PAIRS.has(`${words[i - 1].text} ${words[i].text}`)) return true;
  }
  for (let i = last; i < Math.min(words.length - 1, last + AFTER) && !clauseEnds(reply, words, i); i++) {
    if (DENIALS.has(words[i + 1].text)) return true;
  }
  return false;
}

/** The first place in the words where one of the texts stands undenied, and the first where one is denied. */
function placesOf(
  reply: string,
  words: readonly Word[],
  texts: readonly (readonly Word[])[],
): { readonly stated?: Judgement['span']; readonly denied?: Judgement['span'] } {
  let denied: Judgement['span'];
  for (const text of texts) {
    for (const first of occurrences(words, text)) {
      const last = first + text.length - 1;
      const span = { start: words[first].start, end: words[last].end };
      if (!isDenied(reply, words, first, last)) return { stated: span };
      denied ??= span;
    }
  }
  return { denied };
}

const judgedWords = (text: string) => withWholeNumbers(text, wordsOf(text));
const answerWords = (answers: readonly string[]) =>
  answers.map((answer) => withoutArticles(judgedWords(answer)));

/**
 * Judges a reply by rule: case, accents, punctuation and articles do not count, and an accepted answer must stand in the
 * reply as whole words. An accepted answer that the reply denies ("not Mark Twain") is flagged as `denied`, unless it
 * stands there undenied as well. A reply that admits not to know or declines to answer is `uncertain`, whatever else it
 * says; so is one that states an accepted answer and a rival.
 * @param answers accepted answers; where there is none, no reply is right
 * @param rivals wrong answers that the question offers
 */
export function judgeReply(
  reply: string,
  answers: readonly string[],
  rivals: readonly string[] = [],
): Judgement {
  const all = judgedWords(reply);
  if (all.length === 0) return { verdict: 'uncertain' };
  const accepted = answerWords(answers);
  const admits = UNCERTAIN.some(
    (phrase) =>
      occurrences(all, phrase).length > 0 &&
      !accepted.some((answer) => occurrences(answer, phrase).length > 0),
  );
  if (admits) return { verdict: 'uncertain' };
  const words = withoutArticles(all);
  const { stated, denied } = placesOf(reply, words, accepted);
  if (stated) {
    const rival = placesOf(reply, words, answerWords(rivals)).stated;
    return rival ? { verdict: 'uncertain' } : { verdict: 'right', span: stated };
  }
  return denied ? { verdict: 'denied', span: denied } : { verdict: 'wrong' };
}
