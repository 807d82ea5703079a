import { Activity, lazy, Suspense } from 'react';
import { useStore } from 'zustand';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Explore } from './explore/Explore.tsx';
import { Notice } from './Notice.tsx';
import { PagesContext, SessionContext, ThemeContext, usePages } from './state/hooks.ts';
import type { Pages } from './state/page.ts';
import type { Session } from './state/session.ts';
import type { ThemeControl } from './state/theme.ts';
import { TopBar } from './TopBar.tsx';

const Identify = lazy(() =>
  import('./identify/Identify.tsx').then(({ Identify }) => ({ default: Identify })),
);
const Impact = lazy(() => import('./impact/Impact.tsx').then(({ Impact }) => ({ default: Impact })));

const Origins = lazy(() => import('./origins/Origins.tsx').then(({ Origins }) => ({ default: Origins })));

const contents = { explore: Explore, identify: Identify, impact: Impact, origins: Origins } as const;

interface Props {
  readonly session: Session;
  readonly theme: ThemeControl;
  readonly pages: Pages;
}

/** A bar with what is everywhere, and the page that was chosen. */
export function App({ session, theme, pages }: Props) {
  return (
    <SessionContext value={session}>
      <ThemeContext value={theme}>
        <PagesContext value={pages}>
          <ErrorBoundary>
            <TopBar />
            <Notice />
            <Contents />
          </ErrorBoundary>
        </PagesContext>
      </ThemeContext>
    </SessionContext>
  );
}

/** Pages that are turned away from stay as they are, hidden. */
function Contents() {
  const { page, opened } = useStore(usePages().store);
  return opened.map((name) => {
    const Content = contents[name];
    return (
      <Activity key={name} mode={name === page ? 'visible' : 'hidden'}>
        <Suspense fallback={null}>
          <Content />
        </Suspense>
      </Activity>
    );
  });
}
