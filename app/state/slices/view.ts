export interface ViewState {
  /** Answers aligned token by token, or each as running text over evenly wide columns. */
  readonly layout: 'columns' | 'text';
  /** Whether the prompt's columns are as wide as their text. */
  readonly prompt: boolean;
  /** Whether spaces have a visible mark. */
  readonly spaces: boolean;
}

export const firstView: ViewState = { layout: 'columns', prompt: false, spaces: false };
