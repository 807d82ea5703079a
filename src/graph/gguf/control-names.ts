/**
 * Names that no text has by chance: <|im_start|>, <｜User｜>, <start_of_turn>. A token of such a name steers the model,
 * whatever its file says of it.
 */
const UNMISTAKABLE =
  /^(<\|[^|<>\s]+\|>|<｜[^｜<>\s]+｜>|<(start|end)_of_(turn|text|utterance|image|role)>|<(start|end)_header_id>|_?<EOT>)$/u;

/** Names that a text may have, too: control tokens where a file says so, or says nothing of any token. */
const CUSTOMARY: ReadonlySet<string> = new Set([
  '<s>',
  '</s>',
  '<bos>',
  '<eos>',
  '<pad>',
  '<unk>',
  '<mask>',
  '[BOS]',
  '[EOS]',
  '[EOT]',
  '[PAD]',
  '[UNK]',
  '[INST]',
  '[/INST]',
  '[SYSTEM_PROMPT]',
  '[/SYSTEM_PROMPT]',
  '[AVAILABLE_TOOLS]',
  '[/AVAILABLE_TOOLS]',
  '[TOOL_CALLS]',
  '[TOOL_RESULTS]',
  '[/TOOL_RESULTS]',
]);

/** Marks that templates and models write and files keep as tokens of their own, though not as control tokens. */
const STRUCTURAL = /^(<\/?(think|tool_call|tool_response|fim_prefix|fim_middle|fim_suffix)>|\[\/?THINK\])$/;

/** Tokens that end an answer, as llama.cpp knows them by name. */
const ENDS: ReadonlySet<string> = new Set([
  '<|im_end|>',
  '<|endoftext|>',
  '<|end_of_text|>',
  '<|eot_id|>',
  '<|eom_id|>',
  '<|end|>',
  '<|end_of_turn|>',
  '<|return|>',
  '<|call|>',
  '<|calls|>',
  '<|flush|>',
  '<|EOT|>',
  '<|END_OF_TURN_TOKEN|>',
  '<｜end▁of▁sentence｜>',
  '<end_of_turn>',
  '<end_of_utterance>',
  '<EOT>',
  '_<EOT>',
  '[EOT]',
  '[EOS]',
  '<eos>',
  '</s>',
]);

export const isUnmistakable = (name: string): boolean => name.length > 2 && UNMISTAKABLE.test(name);
export const isCustomary = (name: string): boolean => CUSTOMARY.has(name);

/** Whether a token that a file cuts out of texts steers the model. @param special as its file says */
export function isControl(name: string, special: boolean): boolean {
  return special || isUnmistakable(name) || isCustomary(name) || STRUCTURAL.test(name);
}

/**
 * Ids among control tokens that end an answer.
 * @param controls name and id of every control token
 */
export function endsByName(controls: Iterable<readonly [name: string, id: number]>): number[] {
  const found = new Map([...controls].filter(([name]) => ENDS.has(name)));
  // Where a turn ends in <|return|> or <|call|>, <|end|> only parts the messages of one answer.
  if (found.has('<|return|>') && found.has('<|call|>')) found.delete('<|end|>');
  return [...found.values()];
}
