import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Explore } from './explore/Explore.tsx';
import { Notice } from './Notice.tsx';
import { SessionContext, ThemeContext } from './state/hooks.ts';
import type { Session } from './state/session.ts';
import type { ThemeControl } from './state/theme.ts';
import { TopBar } from './TopBar.tsx';

/** The page: a bar with what is everywhere, and the explorer. */
export function App({ session, theme }: { readonly session: Session; readonly theme: ThemeControl }) {
  return (
    <SessionContext value={session}>
      <ThemeContext value={theme}>
        <ErrorBoundary>
          <TopBar />
          <Notice />
          <Explore />
        </ErrorBoundary>
      </ThemeContext>
    </SessionContext>
  );
}
