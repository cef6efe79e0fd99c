import type { ComponentChildren } from 'preact';

/** For content that may be wider than the screen: it scrolls by itself, also with the keyboard. */
export function Scroll({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard.
    <section class="scroll" aria-label={name} tabIndex={0}>
      {children}
    </section>
  );
}
