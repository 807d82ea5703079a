import { Button } from 'react-aria-components';
import type { Suite } from '../../src/datasets/suites/suite.ts';
import { FileProgress } from '../ui/FileProgress.tsx';
import { SourceLine } from '../ui/QuestionSetFacts.tsx';
import { Tick } from '../ui/Tick.tsx';
import { SuiteFile } from './SuiteFile.tsx';
import { itemsText, kindWords } from './suite-words.ts';
import type { OwnSuites } from './useOwnSuites.ts';

interface Props {
  readonly suites: readonly Suite[];
  /** Names of those that are asked. */
  readonly chosen: readonly string[];
  readonly onChoose: (names: readonly string[]) => void;
  readonly onImport: (suite: Suite) => void;
  readonly onRemove: (name: string) => void;
  /** Those of the person's own. */
  readonly own: Pick<OwnSuites, 'suites' | 'reading' | 'note'>;
}

/** Which suites are asked, with their sources and licences. */
export function SuiteChoice({ suites, chosen, onChoose, onImport, onRemove, own }: Props) {
  return (
    <fieldset className="ticks">
      <legend>Suites to ask</legend>
      {suites.map((suite) => (
        <div key={suite.name} className="suite">
          <Tick
            isSelected={chosen.includes(suite.name)}
            onChange={(on) =>
              onChoose(on ? [...chosen, suite.name] : chosen.filter((name) => name !== suite.name))
            }
          >
            <b>
              <bdi>{suite.name}</bdi>
            </b>
            , {itemsText(suite)} <span className="muted">({kindWords[suite.kind]})</span>
          </Tick>
          <div className="suite-facts">
            <p>
              <bdi>{suite.description}</bdi>
            </p>
            <ul>
              {Object.entries(suite.sources).map(([key, source]) => (
                <SourceLine key={key} {...source} />
              ))}
            </ul>
            {own.suites.includes(suite) && (
              <p>
                <Button
                  className="button-plain"
                  aria-label={`Remove ${suite.name}`}
                  onPress={() => onRemove(suite.name)}
                >
                  Remove
                </Button>
              </p>
            )}
          </div>
        </div>
      ))}
      <FileProgress reading={own.reading} label="Reading the kept suites" />
      <p className="message" role="alert">
        {own.reading.error}
      </p>
      {own.note !== undefined && <p className="muted">{own.note}</p>}
      <SuiteFile onSuite={onImport} />
    </fieldset>
  );
}
