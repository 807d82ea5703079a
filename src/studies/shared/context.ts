/** What a study's work is given beside its input. */
export interface StudyContext<Event> {
  readonly signal: AbortSignal;
  emit(event: Event): void;
  /** Lets calls that wait for the model use it now. */
  giveWay(): Promise<void>;
}
