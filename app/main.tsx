import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createEngineClient } from '../src/protocol/client.ts';
import { App } from './App.tsx';
import { createSession } from './state/session.ts';
import { createTheme } from './state/theme.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/page.css';
import './styles/rail.css';
import './styles/figure.css';
import './styles/card.css';

const theme = createTheme();
const worker = new Worker(new URL('../workers/engine.worker.ts', import.meta.url), { type: 'module' });
const session = createSession(createEngineClient(worker), (flush) => requestAnimationFrame(flush));
void session.loadServed();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App session={session} theme={theme} />
  </StrictMode>,
);
