import { type RefObject, useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { type Columns, drawnWindow, layoutColumns } from '../charts/columns.ts';
import { labelAt } from './labelAt.ts';
import { useSession } from './state/hooks.ts';
import { answerLength, type LaneIndex, laneIndices, type RunRecord } from './state/record.ts';
import type { ViewState } from './state/slices/view.ts';

/** Widths in CSS pixels. */
/** Of a token of the prompt that is not spelled out, at most; all of them take no more than a third of the view. */
const compactWidth = 5;
const padding = 10;
const narrowest = 16;
const widest = 240;
const widestEven = 28;

/** Measures labels in the tokens' type, each text once; the type is larger on a projector. */
export function useMeasure(): (text: string) => number {
  const font = getComputedStyle(document.documentElement).getPropertyValue('--token-font');
  return useMemo(() => {
    const context = document.createElement('canvas').getContext('2d')!;
    context.font = font;
    const known = new Map<string, number>();
    return (text) => {
      let width = known.get(text);
      if (width === undefined) {
        width = Math.min(widest, Math.max(narrowest, Math.ceil(context.measureText(text).width) + padding));
        known.set(text, width);
      }
      return width;
    };
  }, [font]);
}

/** How the token strips are laid out. */
export type TokenView = Pick<ViewState, 'layout' | 'prompt' | 'spaces'>;

/** The layout of the strips; it stays the same while other parts of the view change. */
export function useTokenView(): TokenView {
  const { stores } = useSession();
  return useStore(
    stores.view,
    useShallow(({ layout, prompt, spaces }) => ({ layout, prompt, spaces })),
  );
}

/**
 * Columns for the prompt and the longest answer: each as wide as its widest label in any lane, or with running text
 * all alike and together as wide as what is in view.
 */
export function tokenColumns(
  record: RunRecord,
  measure: (text: string) => number,
  view: TokenView,
  width: number,
): Columns {
  if (view.layout === 'text') {
    const count = record.prompt.length + answerLength(record);
    return layoutColumns(new Array<number>(count).fill(Math.min(widestEven, width / count)));
  }
  const widthAt = (lane: LaneIndex, position: number) => {
    const label = labelAt(record, lane, position, view.spaces);
    return label ? measure(label.text) : 0;
  };
  const compact = Math.min(compactWidth, Math.max(1, width / 3 / Math.max(1, record.prompt.length)));
  const prompt = record.prompt.map((_, position) => (view.prompt ? widthAt(0, position) : compact));
  const answer = Array.from({ length: answerLength(record) }, (_, index) =>
    Math.max(narrowest, ...laneIndices.map((lane) => widthAt(lane, record.prompt.length + index))),
  );
  return layoutColumns([...prompt, ...answer]);
}

export interface Viewport {
  /** Width of the labels at the left. */
  readonly gutter: number;
  /** Width of the columns in view. */
  readonly width: number;
  /** Stretch of the columns that is drawn; it may reach beyond the last. */
  readonly left: number;
  readonly right: number;
}

/** What of the columns is in view, in steps of half a viewport. */
export function useViewport(scroller: RefObject<HTMLElement | null>): Viewport {
  const [box, setBox] = useState({ gutter: 0, width: 0, left: 0 });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const update = () => {
      const gutter = Number.parseFloat(getComputedStyle(element).getPropertyValue('--gutter')) || 0;
      const width = Math.max(0, element.clientWidth - gutter);
      const left = drawnWindow(element.scrollLeft, width);
      setBox((old) =>
        old.gutter === gutter && old.width === width && old.left === left ? old : { gutter, width, left },
      );
    };
    update();
    const observer = new ResizeObserver(update);
    observer.observe(element);
    element.addEventListener('scroll', update, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', update);
    };
  }, [scroller]);
  return { ...box, right: box.left + 2.5 * box.width };
}
