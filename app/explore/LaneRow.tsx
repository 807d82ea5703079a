import { type CSSProperties, type DOMAttributes, memo } from 'react';
import { useStore } from 'zustand';
import { counted } from '../../src/lib/count.ts';
import { type Columns, visibleColumns } from '../charts/columns.ts';
import { breakdownText } from './breakdown.ts';
import { spokenToken } from './label.ts';
import { labelAt } from './labelAt.ts';
import { usePalette, useRecord, useSession } from './state/hooks.ts';
import { firstDifference, type LaneIndex, laneNames, laneWords, tokenAt } from './state/record.ts';
import { scaleText, shownSteering } from './state/shown.ts';
import { cellColours, type TokenQuantity } from './tokenColour.ts';
import { useTokenView, type Viewport } from './useTokenColumns.ts';

/** What the lanes' tokens do when they are touched. */
export type TokenHandlers = Pick<
  DOMAttributes<HTMLDivElement>,
  'onPointerOver' | 'onPointerLeave' | 'onFocus' | 'onBlur' | 'onClick' | 'onKeyDown'
>;

interface Props {
  readonly lane: LaneIndex;
  readonly columns: Columns;
  readonly viewport: Viewport;
  /** The position that all views show, where it is in this lane. */
  readonly selected: number | undefined;
  /** What the tokens are coloured by. */
  readonly quantity: TokenQuantity | undefined;
  readonly handlers: TokenHandlers;
  /** The lane does not show what fields and sliders say now. */
  readonly outdated: boolean;
}

/** One lane: its name, its scale, and its answer as tokens on the shared columns. */
export function LaneRow({ lane, columns, viewport, selected, quantity, handlers, outdated }: Props) {
  const { stores } = useSession();
  const record = useRecord();
  const palette = usePalette();
  const view = useTokenView();
  const pin = useStore(stores.selection, (state) =>
    state.pin?.lane === lane ? state.pin.position : undefined,
  );
  const { current } = record.lane(lane);
  const start = record.prompt.length;
  const flowing = view.layout === 'text';
  const [from, to] = flowing ? [0, columns.count] : visibleColumns(columns, viewport.left, viewport.right);
  const difference = lane === 0 ? undefined : firstDifference(record, lane);
  const count = current.tokens.length;
  const reachable = selected ?? pin ?? Math.max(start, start + count - 1);
  const broken = current.breakdown && breakdownText(current.breakdown);
  const scaling = scaleText(lane, shownSteering(stores, record));

  const tokens = [];
  for (let position = Math.max(from, view.prompt ? 0 : start); position < to; position++) {
    const answer = position - start;
    const at = answer < 0 ? undefined : tokenAt(record, lane, answer);
    const text = answer < 0 ? record.prompt[position]!.text : at?.token.token.text;
    const label = labelAt(record, lane, position, view.spaces);
    if (text === undefined || !label) continue;
    const value = quantity?.value(lane, position);
    const colours = quantity && cellColours(quantity, value, palette);
    const box = flowing ? undefined : columns;
    tokens.push(
      <Token
        key={position}
        lane={lane}
        position={position}
        left={box?.edges[position]}
        width={box && box.edges[position + 1]! - box.edges[position]!}
        text={flowing && !label.mark && !view.spaces ? text : label.text}
        spoken={spokenToken(text) + (quantity && value !== undefined ? `, ${quantity.format(value)}` : '')}
        kind={`${answer < 0 ? 'prompt' : 'answer'}${label.mark ? ' token-mark' : ''}${at?.stale || outdated ? ' token-stale' : ''}${
          answer === difference ? ' token-first' : ''
        }`}
        background={colours?.background}
        ink={colours?.ink}
        selected={selected === position}
        pinned={pin === position}
        reachable={reachable === position}
      />,
    );
  }

  return (
    <section
      className={broken ? 'lane lane-broken' : 'lane'}
      aria-label={laneNames[lane]}
      data-outdated={outdated}
    >
      <div className="lane-label">
        <span className={`lane-mark lane-mark-${lane}`} aria-hidden="true" />
        <span className="lane-name">{laneWords[lane]}</span>
        <small>
          {lane > 0 && scaling}
          {current.finish === 'length' &&
            `${lane > 0 ? ', ' : ''}stopped at ${counted(current.tokens.length, 'token')}`}
        </small>
        {broken && <small className="lane-warning">{broken}</small>}
      </div>
      {!view.prompt && !flowing && start > 0 && (
        <span
          className="lane-prompt"
          style={{ left: viewport.gutter, width: columns.edges[start]! }}
          aria-hidden="true"
        >
          {lane === 0 ? `prompt, ${counted(start, 'token')}` : ''}
        </span>
      )}
      <div
        className="lane-tokens"
        {...handlers}
        role="listbox"
        aria-orientation="horizontal"
        aria-label={`Tokens, ${laneNames[lane]}`}
      >
        {tokens}
      </div>
      <p className="hidden-text">{current.tokens.map(({ token }) => token.text).join('')}</p>
    </section>
  );
}

interface TokenProps {
  readonly lane: LaneIndex;
  readonly position: number;
  /** Edge and width of its column; without, the token stands in running text. */
  readonly left: number | undefined;
  readonly width: number | undefined;
  readonly text: string;
  readonly spoken: string;
  readonly kind: string;
  readonly background: string | undefined;
  readonly ink: string | undefined;
  readonly selected: boolean;
  readonly pinned: boolean;
  readonly reachable: boolean;
}

const Token = memo(function Token(props: TokenProps) {
  const { lane, position, left, width, text, spoken, kind, selected, pinned, reachable } = props;
  const style: CSSProperties & Record<`--${string}`, string | undefined> = {
    '--cell': props.background,
    '--cell-ink': props.ink,
  };
  if (left !== undefined) Object.assign(style, { transform: `translateX(${left}px)`, width });
  return (
    <span
      role="option"
      aria-selected={pinned}
      aria-label={spoken}
      tabIndex={reachable ? 0 : -1}
      data-lane={lane}
      data-position={position}
      data-shown={selected}
      data-coloured={props.background !== undefined}
      className={`token token-${kind}`}
      style={style}
    >
      <bdi>{text}</bdi>
    </span>
  );
});
