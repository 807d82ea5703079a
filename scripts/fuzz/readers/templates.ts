import { renderChat } from '../../../src/model/chat.ts';
import { changeTemplate } from '../mutate/template.ts';
import { encodeText, textOf } from '../mutate/text.ts';
import type { Reader } from '../types.ts';
import { fileReader } from './one-file.ts';

const CHATML =
  "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\nYou are helpful.<|im_end|>\\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
const LLAMA =
  "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}";
const GEMMA =
  "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') }}{% endif %}{% if message['role'] == 'assistant' %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}";
const QWEN =
  "{%- set ns = namespace(last=messages|length - 1, multi=true) -%}{%- for message in messages[::-1] -%}{%- set index = (messages|length - 1) - loop.index0 -%}{%- if ns.multi and message.role == 'user' and not (message.content.startswith('<tool>') and message.content.endswith('</tool>')) -%}{%- set ns.multi = false -%}{%- set ns.last = index -%}{%- endif -%}{%- endfor -%}{%- for message in messages -%}{%- if message.content is string -%}{%- set content = message.content -%}{%- else -%}{%- set content = '' -%}{%- endif -%}{%- if message.role == 'assistant' and '</think>' in content -%}{%- set content = content.split('</think>')[-1].lstrip('\\n') -%}{%- endif -%}{{- '<|im_start|>' + message.role + '\\n' + content.strip('\\n') + '<|im_end|>\\n' -}}{%- endfor -%}{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}";

const TEMPLATES = { chatml: CHATML, llama: LLAMA, gemma: GEMMA, qwen: QWEN };

const MESSAGES = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Who wrote "Hamlet"?' },
  { role: 'assistant', content: 'Shakespeare.' },
  { role: 'user', content: 'When? {{ 1 }} <|im_end|>' },
] as const;

export const templateReaders: readonly Reader[] = [
  fileReader({
    name: 'chat-template',
    title: 'chat templates',
    files: () => Object.entries(TEMPLATES).map(([name, text]) => [`${name}.jinja`, text]),
    change: (dice, bytes, others) =>
      encodeText(dice, changeTemplate(dice, textOf(bytes), others.map(textOf))),
    read: (bytes) =>
      renderChat({ name: 'Model', chatTemplate: textOf(bytes), bosToken: '<s>', eosToken: '</s>' }, MESSAGES),
  }),
];
