// The current option of a list that keeps the focus itself: told to screen readers, and brought into sight.

export function setActive(list: HTMLElement, option: HTMLElement | undefined): void {
  if (!option) return list.removeAttribute("aria-activedescendant");
  list.setAttribute("aria-activedescendant", option.id);
  const [top, bottom] = [option.offsetTop, option.offsetTop + option.offsetHeight];
  const { scrollTop, clientHeight } = list;
  if (top < scrollTop || bottom > scrollTop + clientHeight) list.scrollTop = top - clientHeight / 2;
}
