import { useRef } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { Choice } from '../ui/Choice.tsx';
import { Disclosure } from '../ui/Disclosure.tsx';
import { Text } from '../ui/Field.tsx';
import { Tick } from '../ui/Tick.tsx';
import { Conversation } from './Conversation.tsx';
import { Gallery } from './Gallery.tsx';
import { RunProgress } from './RunProgress.tsx';
import { SamplingFields } from './SamplingFields.tsx';
import { useSession } from './state/hooks.ts';
import { isChat } from './state/prompt.ts';
import type { PromptState } from './state/slices/prompt.ts';

const modes: readonly { value: PromptState['mode']; label: string }[] = [
  { value: 'chat', label: 'Chat' },
  { value: 'raw', label: 'Completion' },
];

/** A base model cannot be asked through a template. */
const baseModes = modes.map((mode) => ({ ...mode, disabled: mode.value === 'chat' }));

/** The prompt and what runs it. */
export function Ask() {
  const session = useSession();
  const { prompt } = session.stores;
  const state = useStore(prompt);
  const model = useStore(session.stores.model, (state) => state.model);
  const { status, asked, error, notice } = useStore(session.stores.run);
  const form = useRef<HTMLFormElement>(null);
  const running = status === 'running';
  const chat = isChat(state, model);
  const base = model?.hasChatTemplate === false;

  function askOn() {
    if (session.askOn()) form.current?.querySelector<HTMLElement>('.question textarea')?.focus();
  }

  return (
    <form
      ref={form}
      className="rail-part"
      onSubmit={(event) => {
        event.preventDefault();
        session.answer();
      }}
    >
      <h2 className="hidden-text">Question and model</h2>
      <div className="rail-row ask-head">
        <Choice
          label="Prompt"
          quiet
          value={base ? 'raw' : state.mode}
          options={base ? baseModes : modes}
          onChange={(mode) => prompt.setState({ mode })}
        />
        <Gallery />
      </div>
      {chat && (
        <Text
          label="System text"
          rows={1}
          value={state.system}
          placeholder="Default system prompt"
          onChange={(system) => prompt.setState({ system })}
        />
      )}
      {chat && <Conversation />}
      <div className="question">
        <Text
          label={chat ? 'Question' : 'Text to continue'}
          rows={3}
          value={state.question}
          onChange={(question) => prompt.setState({ question })}
          onEnter={session.answer}
        />
      </div>
      {!chat && (
        <>
          <Tick
            isSelected={state.readControls ?? false}
            onChange={(readControls) => prompt.setState({ readControls })}
          >
            Read control tokens
          </Tick>
          <p className="muted">
            {state.readControls
              ? 'Names such as <|im_end|> in the text become the model’s own control tokens.'
              : 'Names such as <|im_end|> in the text are letters like all others.'}
          </p>
        </>
      )}
      {base && (
        <p className="muted">
          This is a base model without a chat template: it continues the text as you typed it.
        </p>
      )}
      <div className="rail-row">
        <Button type="submit" className="button button-main">
          Run
        </Button>
        <Button className="button" isDisabled={!running} onPress={session.stop}>
          Stop
        </Button>
        <Button
          className="button-plain"
          isDisabled={running || asked?.prompt.kind !== 'chat'}
          onPress={askOn}
          aria-description="Keeps the question and the unsteered answer, for a next question"
        >
          Follow up
        </Button>
      </div>
      <RunProgress />
      <p className="message" role="alert">
        {error}
      </p>
      {notice && <p className="muted">{notice}</p>}
      <Disclosure title="Sampling" className="rail-more">
        {() => <SamplingFields />}
      </Disclosure>
    </form>
  );
}
