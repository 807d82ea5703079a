import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import type { DoseEvent } from '../../src/engine/dose.ts';
import { niceCeiling } from '../charts/colour-scale.ts';
import { formatCett } from '../charts/neuron-grid.ts';
import { Disclosure } from '../ui/Disclosure.tsx';
import { ProgressBar } from '../ui/ProgressBar.tsx';
import { Tools } from '../ui/Tools.tsx';
import { breakdownText } from './breakdown.ts';
import { flipSummary, flips } from './doseFlips.ts';
import { comeByThemselves } from './state/doses.ts';
import { useSession } from './state/hooks.ts';
import type { DoseAnswer, DosePoint } from './state/slices/dose.ts';
import { groupRange } from './state/slices/steering.ts';

/** Part of the strip's width at a factor. */
function share(factor: number): number {
  const { min, max } = groupRange;
  return (factor - min) / (max - min);
}

/** Top of the axis, nats: the largest divergence of the set or the random control, and no less than a tenth. */
function axisTop(points: readonly DosePoint[]): number {
  const values = points.flatMap(({ divergence, control }) => [divergence ?? 0, control?.divergence ?? 0]);
  return niceCeiling(Math.max(0.1, ...values.filter(Number.isFinite)));
}

function spokenAnswer({ differs, divergence, breakdown }: DoseAnswer): string {
  const parts = [
    differs ? 'another answer' : 'the answer as trained',
    divergence !== undefined && `prediction moved by ${formatCett(divergence)} nats`,
    breakdown && breakdownText(breakdown),
  ];
  return parts.filter(Boolean).join(', ');
}

function spoken(point: DosePoint): string {
  const { factor, control } = point;
  return `Scale ${factor}, ${spokenAnswer(point)}${control ? `; random neurons: ${spokenAnswer(control)}` : ''}`;
}

/** Answers at nine factors of the main slider, beside those of random neurons, before one moves there. */
export function DoseStrip() {
  const { status, points, error, progress } = useStore(useSession().stores.dose);
  if (status === 'none') return null;
  const isKnown = points.length > 0;
  return (
    <section className="dose" aria-label="Doses">
      <div className="dose-head">
        <span>The answer at nine strengths</span>
        {isKnown && status === 'running' && (
          <>
            <span className="muted">Random neurons follow…</span>
            <StopDoses />
          </>
        )}
        {isKnown && (status === 'waiting' || status === 'failed') && <ShowDoses className="button-plain" />}
      </div>
      {isKnown && progress?.isLong && <DoseProgress />}
      {isKnown ? <Doses points={points} /> : <NoDoses />}
      {error && (
        <p className="message" role="alert">
          {error}
        </p>
      )}
    </section>
  );
}

/** The answers on the slider's axis, that of one factor in words, and all as a list. */
function Doses({ points }: { readonly points: readonly DosePoint[] }) {
  const session = useSession();
  const { dose, steering } = session.stores;
  const status = useStore(dose, (state) => state.status);
  const present = useStore(steering, ({ groups }) => groups[0]?.factor);
  const [looked, setLooked] = useState<number>();
  const max = axisTop(points);
  const shown =
    points.find(({ factor }) => factor === looked) ?? points.find(({ factor }) => factor === present);
  return (
    <>
      <p className="dose-axis muted">
        How far the prediction moves (KL divergence), 0 to {max} nats. <span className="dose-key" /> these
        neurons <span className="dose-key dose-key-random" /> random ones; filled: another answer
      </p>
      <div className="dose-strip" data-status={status} onPointerLeave={() => setLooked(undefined)}>
        <Tools label="Strengths">
          {flips(points).map((factor) => (
            <span
              key={factor}
              className="dose-flip"
              style={{ left: `${100 * share(factor)}%` }}
              aria-hidden="true"
            />
          ))}
          {points.map((point, i) => {
            const at = share(point.factor);
            const right = i === points.length - 1 ? 1 : (at + share(points[i + 1]!.factor)) / 2;
            // The first one reaches beyond the strip, since half of its width is little for a finger.
            const left = i === 0 ? 2 * at - right : (share(points[i - 1]!.factor) + at) / 2;
            const middle = (at - left) / (right - left);
            return (
              <button
                key={point.factor}
                type="button"
                className="dose-point"
                data-present={point.factor === present}
                aria-label={spoken(point)}
                style={{ left: `${100 * left}%`, width: `${100 * (right - left)}%` }}
                onPointerEnter={() => setLooked(point.factor)}
                onFocus={() => setLooked(point.factor)}
                onBlur={() => setLooked(undefined)}
                onClick={() => session.goToDose(point.factor)}
              >
                {point.control && <DoseMark answer={point.control} kind="random" x={middle} max={max} />}
                <DoseMark answer={point} kind="own" x={middle} max={max} />
              </button>
            );
          })}
        </Tools>
      </div>
      <p>{flipSummary(points)}</p>
      <p className="dose-text">
        {shown && (
          <>
            <b>× {shown.factor}</b>{' '}
            {shown.breakdown && <span className="dose-broken">{breakdownText(shown.breakdown)} </span>}
            <bdi>{shown.text}</bdi>
          </>
        )}
      </p>
      <Disclosure title="The nine answers as a list">{() => <DoseList points={points} />}</Disclosure>
    </>
  );
}

function ShowDoses({ className }: { readonly className: string }) {
  const session = useSession();
  const running = useStore(session.stores.run, (run) => run.status === 'running');
  return (
    <Button className={className} isDisabled={running} onPress={session.showDoses}>
      Show them
    </Button>
  );
}

function StopDoses() {
  const session = useSession();
  return (
    <Button className="button-plain" aria-label="Stop the doses" onPress={session.stopDoses}>
      Stop
    </Button>
  );
}

const stageWords: Readonly<Record<DoseEvent['stage'], (done: string, total: string) => string>> = {
  reading: (done, total) => `Reading the prompt, ${done} of ${total} tokens`,
  answering: (done, total) => `Answering, ${done} of at most ${total} tokens`,
  comparing: (done, total) => `Comparing the answers, ${done} of ${total}`,
};

function DoseProgress() {
  const progress = useStore(useSession().stores.dose, (dose) => dose.progress);
  return (
    <ProgressBar
      label="Answering at nine strengths"
      share={progress && progress.total > 0 ? progress.done / progress.total : undefined}
    >
      {progress
        ? stageWords[progress.stage](progress.done.toLocaleString('en'), progress.total.toLocaleString('en'))
        : 'Answering at nine strengths'}
      {progress?.of === 'control' && ' (random neurons)'}
    </ProgressBar>
  );
}

/** Fills the strip until there are answers: says what they will be and how to get them. */
function NoDoses() {
  const { stores } = useSession();
  const running = useStore(stores.dose, ({ status }) => status === 'running');
  const ofThemselves = useStore(stores.run, ({ msPerToken }) => comeByThemselves(msPerToken));
  return (
    <div className="dose-none">
      <p>
        Here stands what the model answers with its neurons at nine places of the slider, from off to three
        times as strong, beside what it answers with random ones.
      </p>
      {running ? (
        <>
          <DoseProgress />
          <StopDoses />
        </>
      ) : (
        <>
          <p className="muted">
            {ofThemselves
              ? 'They are answered as soon as the model has nothing else to do.'
              : 'The model is slow on this device, so they are answered only when you ask for them.'}
          </p>
          <ShowDoses className="button" />
        </>
      )}
    </div>
  );
}

interface MarkProps {
  readonly answer: DoseAnswer;
  readonly kind: 'own' | 'random';
  /** Place in its button, 0 to 1. */
  readonly x: number;
  readonly max: number;
}

function DoseMark({ answer: { differs, divergence = 0, breakdown }, kind, x, max }: MarkProps) {
  return (
    <span
      className={`dose-mark dose-mark-${kind}`}
      data-differs={differs}
      data-broken={breakdown !== undefined}
      style={{ left: `${100 * x}%`, bottom: `${(100 * Math.min(max, divergence)) / max}%` }}
    />
  );
}

function DoseList({ points }: { readonly points: readonly DosePoint[] }) {
  const session = useSession();
  return (
    <ul className="dose-list">
      {points.map((point) => (
        <li key={point.factor}>
          <Button className="button-plain" onPress={() => session.goToDose(point.factor)}>
            {spoken(point)}
          </Button>
          <bdi>{point.text}</bdi>
          {point.control && (
            <p className="dose-random">
              Random neurons: <bdi>{point.control.text}</bdi>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
