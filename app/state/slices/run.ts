export interface RunState {
  readonly status: 'idle' | 'running' | 'done';
  readonly error?: string;
  /** What the engine changed to fit the model's template. */
  readonly notice: string;
  readonly msPerToken?: number;
}

export const firstRun: RunState = { status: 'idle', notice: '' };
