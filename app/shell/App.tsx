import { Activity, type ComponentType } from 'react';
import { useStore } from 'zustand';
import { Explore } from '../explore/Explore.tsx';
import {
  PagesContext,
  SessionContext,
  ThemeContext,
  usePages,
  WorksContext,
} from '../explore/state/hooks.ts';
import type { Session } from '../explore/state/session.ts';
import { later } from '../ui/later.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { JobsBar } from './JobsBar.tsx';
import type { Works } from './jobs.ts';
import { LaterPage } from './LaterPage.tsx';
import { NewVersion } from './NewVersion.tsx';
import { Notice } from './Notice.tsx';
import { type PageName, type Pages, pages as pageList } from './page.ts';
import { TopBar } from './TopBar.tsx';
import type { ThemeControl } from './theme.ts';
import type { VersionWatch } from './version.ts';

const laterPages: Readonly<Record<Exclude<PageName, 'explore'>, () => Promise<ComponentType>>> = {
  identify: later(async () => (await import('../identify/Identify.tsx')).Identify),
  impact: later(async () => (await import('../impact/Impact.tsx')).Impact),
  origins: later(async () => (await import('../origins/Origins.tsx')).Origins),
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
        <ErrorBoundary what="the page Explore" page="explore">
          <Explore />
        </ErrorBoundary>
      ) : (
        <LaterPage
          name={name}
          title={pageList.find((each) => each.name === name)?.title ?? name}
          load={laterPages[name]}
        />
      )}
    </Activity>
  ));
}
