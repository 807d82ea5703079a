import { memo } from 'react';
import { counted } from '../../src/lib/count.ts';
import type { ImpactReport } from '../../src/studies/impact/report.ts';
import { FREE_TOKENS } from '../../src/studies/impact/score-item.ts';
import { tooFewItems } from '../../src/studies/report-text/too-few.ts';
import type { Interval } from '../charts/detectors.ts';
import { DoseChart } from './DoseChart.tsx';
import { levelText, percent } from './effect-words.ts';

const share = [0, 1] as const;
const length = [0, FREE_TOKENS] as const;
const plain = (value: number) =>
  value >= 100 ? value.toLocaleString('en', { maximumFractionDigits: 0 }) : value.toPrecision(3);
const plainText = ({ value, low, high }: Interval) => `${plain(value)} (${plain(low)} to ${plain(high)})`;

const whole = (value: number) => value.toFixed(0);
const lengthText = ({ value, low, high }: Interval) =>
  `${value.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;

/** Whether the model still works: wrong answers to plain questions, perplexity, length of free answers. */
export const Capability = memo(function Capability({ report }: { readonly report: ImpactReport }) {
  const { neutral, perplexity, free, manifest } = report;
  const { alphas } = manifest.plan;
  const unchecked = neutral.length === 0 && perplexity.length === 0 && (
    <p className="muted">
      No plain questions or prose were asked, so a change cannot be told from breakage; choose them, too.
    </p>
  );
  if (unchecked && free.length === 0) return unchecked;
  return (
    <section className="result suite-result" aria-label="Does the model still work?">
      <h3>Does the model still work?</h3>
      {unchecked}
      <p className="muted">
        A model that breaks also answers differently. Where wrong answers or perplexity rise, a change above
        is breakage.
      </p>
      {neutral.map(({ suite, items }) => {
        const few = tooFewItems(items, 'items');
        return (
          few && (
            <p key={suite} className="muted">
              <bdi>{suite}</bdi>: {few}
            </p>
          )
        );
      })}
      <div className="charts">
        {neutral
          .filter(({ items }) => !tooFewItems(items, 'items'))
          .map(({ suite, items, sets }) => (
            <DoseChart
              key={suite}
              title={`Wrong answers: ${suite}`}
              axis="share answered wrong"
              alphas={alphas}
              curves={sets.map(({ name, kind, byAlpha }) => ({
                name,
                kind,
                points: byAlpha.map(({ rate }) => rate),
              }))}
              format={percent}
              text={(value) => levelText('rate', value)}
              within={share}
              span={0.2}
            >
              Of {items} plain questions.
            </DoseChart>
          ))}
        {perplexity.map(({ suite, passages, sets }) => (
          <DoseChart
            key={suite}
            title={`Perplexity: ${suite}`}
            axis="perplexity"
            alphas={alphas}
            curves={sets.map(({ name, kind, byAlpha }) => ({ name, kind, points: byAlpha }))}
            format={plain}
            text={plainText}
            log
          >
            Of {passages} passages: how many words the model hesitates between.
          </DoseChart>
        ))}
        {free.map(({ suite, items, sets }) => (
          <DoseChart
            key={suite}
            title={`Length of free answers: ${suite}`}
            axis="tokens"
            alphas={alphas}
            curves={sets.map(({ name, kind, byAlpha }) => ({
              name,
              kind,
              points: byAlpha.map(({ tokens }) => tokens),
            }))}
            format={whole}
            text={lengthText}
            within={length}
            span={4}
          >
            Mean of {counted(items, 'item')}; an answer is cut at {FREE_TOKENS} tokens.
          </DoseChart>
        ))}
      </div>
    </section>
  );
});
