/** Keys that the focused element wants for itself. */
export function isTyping(event: KeyboardEvent): boolean {
  const { target } = event;
  if (event.isComposing || document.querySelector('dialog[open]')) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type) || event.key === ' ';
  // A focused button answers to Space itself; in a popover arrows walk.
  const pressable = target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement || target.tagName === 'SUMMARY';
  return (pressable && event.key === ' ') || (target.closest('[popover], [role="tablist"]') !== null && event.key.startsWith('Arrow'));
}
