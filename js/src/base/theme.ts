// Says whether the surroundings are dark, whatever the host calls its themes, by their background color.
const WATCHED = ["class", "style", "data-jp-theme-light", "data-jp-theme-name", "data-vscode-theme-kind", "data-theme"];

export function watchTheme(root: HTMLElement, signal: AbortSignal): void {
  const update = (): void => {
    root.dataset["bkTheme"] = dark(root) ? "dark" : "light";
  };
  const observer = new MutationObserver(update);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter: WATCHED });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", update, { signal });
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  update();
  // The surroundings may only get their style after the widget is in the document.
  requestAnimationFrame(update);
}

function dark(root: HTMLElement): boolean {
  for (let element = root.parentElement; element; element = element.parentElement) {
    const channels = getComputedStyle(element).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
    const [red = 0, green = 0, blue = 0, opacity = 1] = channels;
    if (channels.length >= 3 && opacity > 0.5) return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
  }
  return false;
}
