/**
 * Calls back in a frame of its own: never in two frames running. What is told in one frame is rendered as text there
 * and painted by the canvases in the next, so that the two never add up to one long task.
 * @param request requestAnimationFrame
 */
export function everyOtherFrame(request: (callback: () => void) => void): (flush: () => void) => void {
  let resting = false;
  const waiting: (() => void)[] = [];
  const start = () => {
    const flush = waiting.shift();
    if (!flush) return;
    resting = true;
    request(() => {
      flush();
      request(() => {
        resting = false;
        start();
      });
    });
  };
  return (flush) => {
    waiting.push(flush);
    if (!resting) start();
  };
}
