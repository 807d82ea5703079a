import { SAMPLE_DEFAULTS } from '../../src/studies/identify/sample.ts';
import { Choice } from '../ui/Choice.tsx';
import { DrawFields } from '../ui/DrawFields.tsx';
import { Amount, Text } from '../ui/Field.tsx';
import { useIdentification, useIdentificationState } from './context.ts';

/** The least number of replies that is more than half of them. */
const majority = (samples: number) => Math.floor(samples / 2) + 1;

const forms = [
  { value: 'chat', label: 'As a chat' },
  { value: 'plain', label: 'As plain text, for base models' },
] as const;

/** How a question is asked and when its replies count as one answer. */
export function AskingFields() {
  const { changeSettings } = useIdentification();
  const settings = useIdentificationState((state) => state.settings);
  const { samples, agree, temperature, topK, topP, maxTokens, seed, instruction, form = 'chat' } = settings;

  function setSamples(next: number) {
    changeSettings({ samples: next, agree: Math.min(next, Math.max(majority(next), agree)) });
  }

  return (
    <div className="amounts identify-amounts">
      <p className="muted">The paper’s settings, except that it wants all ten replies to agree.</p>
      <Amount
        label="Replies to a question"
        hint="Each is drawn anew; all are drawn at once."
        value={samples}
        min={1}
        max={16}
        step={1}
        onChange={setSamples}
      />
      <Amount
        label="Replies that must agree"
        hint="That many right, or that many not right, and the answer counts."
        value={agree}
        min={majority(samples)}
        max={samples}
        step={1}
        onChange={(next) => changeSettings({ agree: next })}
      />
      <DrawFields temperature={temperature} topK={topK} topP={topP} onChange={changeSettings} />
      <Amount
        label="Reply length"
        hint="A reply is cut after this many tokens."
        value={maxTokens}
        min={1}
        max={256}
        step={1}
        onChange={(next) => changeSettings({ maxTokens: next })}
      />
      <Amount
        label="Seed"
        hint="The same seed draws the same replies again."
        value={seed}
        min={0}
        max={2 ** 31 - 1}
        step={1}
        onChange={(next) => changeSettings({ seed: next })}
      />
      <Choice
        label="Questions are put"
        value={form}
        options={forms}
        onChange={(next) =>
          changeSettings(
            next === 'plain'
              ? { form: next, instruction: '' }
              : { form: undefined, instruction: SAMPLE_DEFAULTS.instruction },
          )
        }
      />
      {form === 'plain' ? (
        <p className="muted">
          The model goes on with “Question: … Answer:” until the line ends. The Origins page compares such
          answers.
        </p>
      ) : (
        <Text
          label="Put behind every question"
          rows={1}
          value={instruction}
          onChange={(next) => changeSettings({ instruction: next })}
        />
      )}
    </div>
  );
}
