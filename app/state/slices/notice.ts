export interface NoticeState {
  /** A sentence about something that was opened or copied; undefined for none. */
  readonly text?: string;
}

export const firstNotice: NoticeState = {};
