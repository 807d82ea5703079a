/** A page in a browser that Playwright does not drive here. Elements are named by XPath, which every driver knows. */
export interface BrowserPage {
  /** Opens an address and waits for the document. */
  open(url: string): Promise<void>;
  /** Text of the first element, hidden or not; an empty string where there is none. */
  text(xpath: string): Promise<string>;
  click(xpath: string): Promise<void>;
  /** Replaces the text of a field as a person would, with the keyboard. */
  fill(xpath: string, text: string): Promise<void>;
  /** Presses a key on the element a number of times. */
  press(xpath: string, key: 'ArrowRight' | 'ArrowLeft' | 'End', times?: number): Promise<void>;
  /** Value of an expression of JavaScript in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** Errors that the page reported, as far as the driver tells. */
  errors(): readonly string[];
  screenshot(path: string): Promise<void>;
  /** Ends the browser and all that was started for it. */
  close(): Promise<void>;
}
