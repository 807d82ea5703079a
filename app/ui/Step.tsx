import { type ReactNode, useId } from 'react';
import { ErrorBoundary } from '../shell/ErrorBoundary.tsx';

interface Props {
  readonly number: number;
  readonly title: string;
  /** What happens here, in plain words. */
  readonly about: ReactNode;
  readonly children: ReactNode;
}

/** A step of the story: what it is at the left, what is done and seen at the right. */
export function Part({ number, title, about, children }: Props) {
  const id = useId();
  return (
    <section className="part" aria-labelledby={id}>
      <div className="part-head">
        <h2 id={id}>
          <b aria-hidden="true">{number}</b> {title}
        </h2>
        <div className="part-about">{about}</div>
      </div>
      <div className="part-body">
        <ErrorBoundary what={`the part “${title}”`}>{children}</ErrorBoundary>
      </div>
    </section>
  );
}
