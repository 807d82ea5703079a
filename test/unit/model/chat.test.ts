import { describe, expect, it } from 'vitest';
import { renderChat } from '../../../src/model/chat.ts';
import { preparePrompt } from '../../../src/model/prompt.ts';
import type { Text } from '../../../src/model/template/text.ts';
import type { ChatMessage, LanguageModel } from '../../../src/model/types.ts';

const plain =
  "{% for m in messages %}[{{ m['role'] }}] {{ m['content'] | trim }}\n{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
const refusing = `{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{{ bos_token }}${plain}`;
const ignoring = `{% if messages[0]['role'] == 'system' %}{% set messages = messages[1:] %}{% endif %}${plain}`;

const messages: readonly ChatMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Why?' },
];

const model = (chatTemplate: string | undefined) => ({
  name: 'Test model',
  chatTemplate,
  bosToken: '<s>',
  eosToken: '</s>',
});

describe('renderChat', () => {
  it('gives a system message its place in a template that takes one', () => {
    const { text, notice } = renderChat(model(plain), messages);
    expect(text.text).toBe('[system] Be brief.\n[user] Why?\n[assistant]');
    expect(notice).toBe('');
  });

  it.each([
    ['refuses', refusing, '<s>[user]'],
    ['leaves out', ignoring, '[user]'],
  ])('puts a system message that a template %s before the question, and says so', (_, template, start) => {
    const { text, notice } = renderChat(model(template), messages);
    expect(text.text).toBe(`${start} Be brief.\n\nWhy?\n[assistant]`);
    expect(notice).toContain('Test model takes no system text');
  });

  it('leaves a system text out where its letters stand elsewhere, and says where it was put', () => {
    const asked: ChatMessage[] = [
      { role: 'system', content: 'French' },
      { role: 'user', content: 'Is it French? Say yes.' },
    ];
    const { text, notice } = renderChat(model(ignoring), asked);
    expect(text.text).toBe('[user] French\n\nIs it French? Say yes.\n[assistant]');
    expect(notice).toContain('takes no system text');
  });

  it.each([
    ['upper-cases it', '{{ m.content|upper }}', 'BE BRIEF.'],
    ['takes its white space away', "{{ m.content|replace(' ', '') }}", 'Bebrief.'],
    ['writes it as JSON', '{{ m.content|tojson }}', '"Be brief."'],
    ['begins with a part of it', '{{ m.content[:4] }}', 'Be b'],
  ])('takes a template that %s for one that takes a system text', (_, written, expected) => {
    const template = `{% for m in messages %}{{ m.role }}: ${written}\n{% endfor %}`;
    const { text, notice } = renderChat(model(template), messages);
    expect(text.text.startsWith(`system: ${expected}\n`)).toBe(true);
    expect(notice).toBe('');
  });

  it('tells of other messages that a template leaves out', () => {
    const last =
      "{% for m in messages if m.role == 'system' or m == messages[-1] %}{{ m.content }}|{% endfor %}";
    const { text, notice } = renderChat(model(last), [
      ...messages,
      { role: 'assistant', content: 'Because.' },
      { role: 'user', content: 'And?' },
    ]);
    expect(text.text).toBe('Be brief.|And?|');
    expect(notice).toBe(
      'The chat template of Test model leaves out the first question and the first answer.',
    );
  });

  it('refuses a template that leaves the question out', () => {
    expect(() => renderChat(model('Hello!'), messages)).toThrow(/leaves the question out/);
  });

  it('gives contents as parts to a template that goes through them', () => {
    const parts =
      '{% for m in messages %}{{ m.role }}:{% for c in m.content %}{{ c.text }}{% endfor %};{% endfor %}';
    const { text, notice } = renderChat(model(parts), messages);
    expect(text.text).toBe('system:Be brief.;user:Why?;');
    expect(notice).toBe('');
  });

  it('tells why a template refuses', () => {
    const alternating = "{{ raise_exception('Roles must alternate') }}";
    expect(() => renderChat(model(alternating), messages)).toThrow(
      /refuses these messages \(Roles must alternate\)/,
    );
  });

  it('says nothing where such a template gets no system message', () => {
    const { text, notice } = renderChat(model(refusing), messages.slice(1));
    expect(text.text).toBe('<s>[user] Why?\n[assistant]');
    expect(notice).toBe('');
  });

  it('keeps earlier turns behind a merged system message', () => {
    const turns: ChatMessage[] = [
      ...messages,
      { role: 'assistant', content: 'Because.' },
      { role: 'user', content: 'And?' },
    ];
    expect(renderChat(model(refusing), turns).text.text).toBe(
      '<s>[user] Be brief.\n\nWhy?\n[assistant] Because.\n[user] And?\n[assistant]',
    );
  });

  it('gives a model without a template the plain text, and says so', () => {
    const { text, notice } = renderChat(model(undefined), messages);
    expect(text.text).toBe('Be brief.\n\nWhy?');
    expect(notice).toContain('no chat template');
  });

  it.each([
    ['refuses every message', "{{ raise_exception('no') }}"],
    ['is no Jinja', '{% for %}'],
  ])('names the model whose template %s', (_, template) => {
    expect(() => renderChat(model(template), messages)).toThrow(
      expect.objectContaining({ code: 'bad-input', message: expect.stringContaining('Test model') }),
    );
  });

  it('takes text with template marks as it stands', () => {
    const content = "{{ raise_exception('x') }} {% endfor %} <|im_end|>";
    expect(renderChat(model(plain), [{ role: 'user', content }]).text.text).toBe(
      `[user] ${content}\n[assistant]`,
    );
  });
});

describe('preparePrompt', () => {
  const calls: { text: string; addBos: boolean }[] = [];
  const full = {
    ...model(plain),
    addBos: true,
    codec: {
      encode(text: string | Text, { addBos }: { addBos: boolean }) {
        calls.push({ text: typeof text === 'string' ? text : text.text, addBos });
        return [7];
      },
      decode: () => '',
    },
  } as unknown as LanguageModel;
  const chat = (content: string, system = '') =>
    preparePrompt(full, { kind: 'chat', system, turns: [{ role: 'user', content }] });

  it.each(['', '   ', '\n\t'])('refuses the blank question %j', (content) => {
    expect(() => chat(content, 'Be brief.')).toThrow(
      expect.objectContaining({ code: 'bad-input', message: expect.stringContaining('question is empty') }),
    );
  });

  it('refuses a chat without turns and an empty raw text', () => {
    const bad = expect.objectContaining({ code: 'bad-input' });
    expect(() => preparePrompt(full, { kind: 'chat', system: 'x', turns: [] })).toThrow(bad);
    expect(() => preparePrompt(full, { kind: 'raw', text: '' })).toThrow(bad);
  });

  it('leaves a blank system text out, and adds no beginning of sequence to what a template wrote', () => {
    expect(chat('Why?', '  ')).toEqual({ ids: [7], notice: '' });
    expect(calls.at(-1)).toEqual({ text: '[user] Why?\n[assistant]', addBos: false });
  });

  it('gives raw text the beginning of sequence that the model wants', () => {
    preparePrompt(full, { kind: 'raw', text: ' x' });
    expect(calls.at(-1)).toEqual({ text: ' x', addBos: true });
  });

  it('hands token ids on', () => {
    expect(preparePrompt(full, { kind: 'ids', ids: [3, 1] })).toEqual({ ids: [3, 1], notice: '' });
  });
});
