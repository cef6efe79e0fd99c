import type { ComponentChildren } from 'preact';

/** For what may be wider than the screen: it scrolls in itself, with the keyboard, too. */
export function Scroll({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard.
    <section class="scroll" aria-label={name} tabIndex={0}>
      {children}
    </section>
  );
}
