import { type KeyboardEvent, type MouseEvent, type PointerEvent, useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import type { Columns } from '../charts/columns.ts';
import { AnswerStart } from './AnswerStart.tsx';
import { Cursor } from './Cursor.tsx';
import { Divergence, DivergenceTable } from './Divergence.tsx';
import { LaneRow, type TokenHandlers } from './LaneRow.tsx';
import { Legend } from './Legend.tsx';
import { moved } from './move.ts';
import { RunCaption } from './RunCaption.tsx';
import { positionCount, useRecord, useSelected, useSession } from './state/hooks.ts';
import { type LaneIndex, laneIndices, laneNames } from './state/record.ts';
import { useOutdated } from './state/shown.ts';
import type { TokenRef } from './state/slices/selection.ts';
import { TokenAxis } from './TokenAxis.tsx';
import { TokenMap, TokenMapHead, TokenMapTable } from './TokenMap.tsx';
import { TokenTools } from './TokenTools.tsx';
import type { TokenQuantity } from './tokenColour.ts';
import { tokenColumns, useMeasure, useTokenView, useViewport } from './useTokenColumns.ts';

/** The token that an event came from. */
function tokenOf(target: EventTarget): TokenRef | undefined {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-position]') : null;
  if (!element) return undefined;
  return { lane: Number(element.dataset.lane) as LaneIndex, position: Number(element.dataset.position) };
}

function sameToken(a: TokenRef | undefined, b: TokenRef | undefined): boolean {
  return a !== undefined && b !== undefined && a.lane === b.lane && a.position === b.position;
}

interface Props {
  /** What the tokens are coloured by. */
  readonly quantity: TokenQuantity | undefined;
}

/** Lanes as rows, tokens as columns, and on the same columns what the watched neurons do. */
export function TokenFigure({ quantity }: Props) {
  const { stores } = useSession();
  const record = useRecord();
  const view = useTokenView();
  const scroller = useRef<HTMLDivElement>(null);
  const viewport = useViewport(scroller);
  const columns = tokenColumns(record, useMeasure(), view, viewport.width);
  const at = useSelected();
  const old = useOutdated();
  const first = view.prompt ? 0 : record.prompt.length;
  useFollow(scroller, columns, viewport.width);

  const hover = (token: TokenRef | undefined) => stores.selection.setState({ hover: token });

  function click(event: MouseEvent) {
    const token = tokenOf(event.target);
    if (token) pin(token);
  }

  function pin(token: TokenRef) {
    const { pin: old } = stores.selection.getState();
    stores.selection.setState({ pin: sameToken(old, token) ? undefined : token });
  }

  function over(event: PointerEvent) {
    const token = tokenOf(event.target);
    if (token) hover(token);
  }

  function key(event: KeyboardEvent) {
    const token = tokenOf(event.target);
    if (!token) return;
    const next = moved(token, event.key, first, positionCount(record) - 1);
    if (event.key === 'Enter' || event.key === ' ') pin(token);
    else if (next) focus(next);
    else return;
    event.preventDefault();
  }

  function focus(token: TokenRef) {
    const element = scroller.current;
    if (!element || token.position < first || token.position >= columns.count) return;
    const left = columns.edges[token.position]!;
    const right = columns.edges[token.position + 1]!;
    if (left < element.scrollLeft || right > element.scrollLeft + viewport.width) {
      element.scrollLeft = left - viewport.width / 2;
    }
    requestAnimationFrame(() =>
      element
        .querySelector<HTMLElement>(`[data-lane="${token.lane}"][data-position="${token.position}"]`)
        ?.focus({ preventScroll: true }),
    );
  }

  const handlers: TokenHandlers = {
    onPointerOver: over,
    onPointerLeave: () => hover(undefined),
    onFocus: (event) => hover(tokenOf(event.target)),
    onBlur: () => hover(undefined),
    onClick: click,
    onKeyDown: key,
  };

  return (
    <section className="panel tokens" aria-label="Answers">
      <div className="panel-head">
        <h2>
          <b>a</b> One question, three versions of the model
        </h2>
        <TokenTools />
      </div>
      <RunCaption outdated={old} />
      {quantity && (
        <div className="panel-line">
          <p className="readout">Tokens coloured by {quantity.name}</p>
          <Legend scale={quantity.scale} ends={quantity.ends} />
        </div>
      )}
      <AnswerStart />
      <div ref={scroller} className="scroller">
        <div
          className="scroll-inner"
          style={{ width: viewport.gutter + columns.width }}
          data-layout={view.layout}
          data-outdated={old.question}
        >
          {view.layout === 'columns' && <Cursor columns={columns} viewport={viewport} />}
          {laneIndices.map((lane) => (
            <LaneRow
              key={laneNames[lane]}
              lane={lane}
              columns={columns}
              viewport={viewport}
              selected={at.lane === lane ? at.position : undefined}
              quantity={quantity}
              handlers={handlers}
              outdated={old.question || old.lanes[lane]!}
            />
          ))}
          <Divergence columns={columns} viewport={viewport} />
          <TokenMapHead width={viewport.gutter + viewport.width} />
          <TokenMap columns={columns} viewport={viewport} />
          <TokenAxis columns={columns} viewport={viewport} />
        </div>
      </div>
      <div className="tables">
        <DivergenceTable />
        <TokenMapTable />
      </div>
    </section>
  );
}

/** Keeps the steered lane's newest token in view while it streams, until the person scrolls away or pins a token. */
function useFollow(scroller: React.RefObject<HTMLDivElement | null>, columns: Columns, width: number) {
  const { stores } = useSession();
  const record = useRecord();
  const running = useStore(stores.run, ({ status }) => status === 'running');
  const pinned = useStore(stores.selection, ({ pin }) => pin !== undefined);
  const away = useRef(false);
  const head = record.prompt.length + record.lane(1).current.tokens.length;

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const leave = () => {
      away.current = true;
    };
    element.addEventListener('wheel', leave, { passive: true });
    element.addEventListener('pointerdown', leave, { passive: true });
    return () => {
      element.removeEventListener('wheel', leave);
      element.removeEventListener('pointerdown', leave);
    };
  }, [scroller]);

  useEffect(() => {
    if (running) away.current = false;
  }, [running]);

  useEffect(() => {
    const element = scroller.current;
    if (!element || !running || pinned || away.current) return;
    const right = columns.edges[Math.min(head, columns.count)] ?? 0;
    const start = columns.edges[Math.min(record.prompt.length, columns.count)] ?? 0;
    const wanted = Math.max(0, right - width + 40);
    if (head <= record.prompt.length + 1) element.scrollLeft = Math.max(0, start - width / 3);
    else if (element.scrollLeft < wanted) element.scrollLeft = wanted;
  }, [scroller, running, pinned, head, columns, width, record]);
}
