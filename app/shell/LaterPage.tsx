import { type ComponentType, lazy, Suspense, useState } from 'react';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import type { PageName } from './page.ts';

interface Props {
  readonly name: PageName;
  /** The page's title in the bar. */
  readonly title: string;
  readonly load: () => Promise<ComponentType>;
}

const lazily = (load: Props['load']) => lazy(async () => ({ default: await load() }));

/** A page whose code comes when it is first opened; where that fails, it can be tried again, and the rest goes on. */
export function LaterPage({ name, title, load }: Props) {
  const [Content, setContent] = useState(() => lazily(load));
  return (
    <ErrorBoundary what={`the page ${title}`} page={name} onRetry={() => setContent(lazily(load))}>
      <Suspense
        fallback={
          <main className="muted page-coming" id={name}>
            Opening {title}…
          </main>
        }
      >
        <Content />
      </Suspense>
    </ErrorBoundary>
  );
}
