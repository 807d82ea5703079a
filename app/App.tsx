import { Activity, type ComponentType } from 'react';
import { useStore } from 'zustand';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Explore } from './explore/Explore.tsx';
import { JobsBar } from './JobsBar.tsx';
import { LaterPage } from './LaterPage.tsx';
import { NewVersion } from './NewVersion.tsx';
import { Notice } from './Notice.tsx';
import { PagesContext, SessionContext, ThemeContext, usePages, WorksContext } from './state/hooks.ts';
import type { Works } from './state/jobs.ts';
import { later } from './state/later.ts';
import { type PageName, type Pages, pages as pageList } from './state/page.ts';
import type { Session } from './state/session.ts';
import type { ThemeControl } from './state/theme.ts';
import type { VersionWatch } from './state/version.ts';
import { TopBar } from './TopBar.tsx';

const laterPages: Readonly<Record<Exclude<PageName, 'explore'>, () => Promise<ComponentType>>> = {
  identify: later(async () => (await import('./identify/Identify.tsx')).Identify),
  impact: later(async () => (await import('./impact/Impact.tsx')).Impact),
  origins: later(async () => (await import('./origins/Origins.tsx')).Origins),
};

interface Props {
  readonly session: Session;
  readonly works: Works;
  readonly theme: ThemeControl;
  readonly pages: Pages;
  readonly version: VersionWatch;
}

/** A bar with what is everywhere, and the page that was chosen. A fault in one part leaves the others alone. */
export function App({ session, works, theme, pages, version }: Props) {
  return (
    <ErrorBoundary what="the page">
      <SessionContext value={session}>
        <WorksContext value={works}>
          <ThemeContext value={theme}>
            <PagesContext value={pages}>
              <ErrorBoundary what="the bar">
                <TopBar />
              </ErrorBoundary>
              <ErrorBoundary what="the list of work in progress">
                <JobsBar />
              </ErrorBoundary>
              <NewVersion watch={version} />
              <Notice />
              <Contents />
            </PagesContext>
          </ThemeContext>
        </WorksContext>
      </SessionContext>
    </ErrorBoundary>
  );
}

/** Pages that are turned away from stay as they are, hidden. */
function Contents() {
  const { page, opened } = useStore(usePages().store);
  return opened.map((name) => (
    <Activity key={name} mode={name === page ? 'visible' : 'hidden'}>
      {name === 'explore' ? (
        <ErrorBoundary what="the page Explore">
          <Explore />
        </ErrorBoundary>
      ) : (
        <LaterPage
          title={pageList.find((each) => each.name === name)?.title ?? name}
          load={laterPages[name]}
        />
      )}
    </Activity>
  ));
}
