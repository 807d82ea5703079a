import {
  type KeyboardEventHandler,
  type MouseEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useRef,
} from 'react';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Draws into a context in CSS pixels; called at most once per frame. */
export type Paint = (context: CanvasRenderingContext2D, size: Size) => void;
type Subscribe = (listener: () => void) => () => void;

interface Props {
  /** Name for screen readers. */
  readonly label: string;
  readonly description: string;
  readonly paint: Paint;
  /** What makes it paint anew, besides a change of `paint` and of its size. Must keep its identity. */
  readonly subscribe: Subscribe;
  readonly className?: string;
  readonly onPoint?: (x: number, y: number, size: Size) => void;
  readonly onLeave?: () => void;
  /**
   * Called where it is clicked or tapped. A finger points at nothing before and after a tap, so `onPoint` is called first.
   * @param reach how far a person may be off, in CSS pixels
   */
  readonly onPick?: (x: number, y: number, size: Size, reach: number) => void;
  /** Makes it one that takes the focus and keys. */
  readonly onKeyDown?: KeyboardEventHandler<HTMLCanvasElement>;
  readonly onBlur?: () => void;
  /** The canvas, for gestures. */
  readonly canvas?: RefObject<HTMLCanvasElement | null>;
}

/** A mouse hits what it shows; a finger covers more. */
function reachOf(click: Event): number {
  return 'pointerType' in click && click.pointerType === 'touch' ? 22 : 6;
}

/** A canvas that keeps to its box at the screen's resolution and paints by subscription, outside of React. */
export function CanvasView({
  label,
  description,
  paint,
  subscribe,
  className,
  onPoint,
  onLeave,
  onPick,
  onKeyDown,
  onBlur,
  canvas: given,
}: Props) {
  const own = useRef<HTMLCanvasElement>(null);
  const ref = given ?? own;
  const latest = useRef(paint);
  const request = useRef(() => {});

  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    let frame = 0;
    const draw = () => {
      frame = 0;
      const { clientWidth: width, clientHeight: height } = canvas;
      const ratio = devicePixelRatio || 1;
      const pixels = [Math.round(width * ratio), Math.round(height * ratio)] as const;
      if (canvas.width !== pixels[0]) canvas.width = pixels[0];
      if (canvas.height !== pixels[1]) canvas.height = pixels[1];
      if (width === 0 || height === 0) return;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      latest.current(context, { width, height });
    };
    const schedule = () => {
      frame ||= requestAnimationFrame(draw);
    };
    request.current = schedule;
    const observer = new ResizeObserver(schedule);
    observer.observe(canvas);
    const unsubscribe = subscribe(schedule);
    schedule();
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      unsubscribe();
    };
  }, [subscribe, ref]);

  useEffect(() => {
    latest.current = paint;
    request.current();
  }, [paint]);

  function place(event: { currentTarget: HTMLCanvasElement; clientX: number; clientY: number }) {
    const box = event.currentTarget.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top, box] as const;
  }
  const point = (event: PointerEvent<HTMLCanvasElement>) => onPoint?.(...place(event));
  function click(event: MouseEvent<HTMLCanvasElement>) {
    const at = place(event);
    onPoint?.(...at);
    onPick?.(...at, reachOf(event.nativeEvent));
  }

  return (
    <canvas
      ref={ref}
      role="img"
      tabIndex={onKeyDown ? 0 : undefined}
      aria-label={label}
      aria-description={description}
      className={className}
      onPointerMove={onPoint && point}
      onPointerDown={onPoint && point}
      onPointerLeave={onLeave}
      onClick={onPick && click}
      onKeyDown={onKeyDown}
      onBlur={onBlur}
    />
  );
}
