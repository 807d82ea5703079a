import { Slider as AriaSlider, Label, SliderOutput, SliderThumb, SliderTrack } from 'react-aria-components';

interface Props {
  /** Visible label, or with `quiet` only the accessible name. */
  readonly label: string;
  readonly quiet?: boolean;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Values with a tick; one of them may be the neutral one. */
  readonly ticks?: readonly number[];
  readonly neutral?: number;
  readonly format: (value: number) => string;
  readonly onChange: (value: number) => void;
  /** A drag or a key press is over. */
  readonly onEnd?: () => void;
}

/** A slider with its value beside it and ticks under the track. */
export function Slider({
  label,
  quiet,
  value,
  min,
  max,
  step,
  ticks = [],
  neutral,
  format,
  onChange,
  onEnd,
}: Props) {
  const share = (v: number) => `${(100 * (v - min)) / (max - min)}%`;
  const from = Math.min(value, neutral ?? min);
  const to = Math.max(value, neutral ?? min);
  return (
    <AriaSlider
      className={quiet ? 'slider slider-quiet' : 'slider'}
      aria-label={quiet ? label : undefined}
      value={value}
      minValue={min}
      maxValue={max}
      step={step}
      onChange={(next) => onChange(next as number)}
      onChangeEnd={onEnd}
    >
      {!quiet && (
        <div className="slider-head">
          <Label>{label}</Label>
          <SliderOutput>{format(value)}</SliderOutput>
        </div>
      )}
      <SliderTrack className="slider-track">
        <div className="slider-fill" style={{ left: share(from), right: `calc(100% - ${share(to)})` }} />
        {ticks.map((tick) => (
          <span
            key={tick}
            className={tick === neutral ? 'slider-tick slider-neutral' : 'slider-tick'}
            style={{ left: share(tick) }}
            aria-hidden="true"
          >
            {quiet ? '' : tick}
          </span>
        ))}
        <SliderThumb className="slider-thumb" />
      </SliderTrack>
      {quiet && <SliderOutput className="slider-value">{format(value)}</SliderOutput>}
    </AriaSlider>
  );
}
