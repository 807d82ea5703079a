export interface NoticeState {
  /** A sentence about something that was opened or copied; undefined for none. */
  readonly text?: string;
  /** A file that is being read, and what ends that. */
  readonly reading?: { readonly name: string; readonly stop: () => void };
}

export const firstNotice: NoticeState = {};
