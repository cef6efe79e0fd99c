import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState, RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import type { Fault } from './messages.ts';
import { tokensOf } from './tokens.ts';

export interface FilterEditor {
  readonly text: () => string;
  setText(text: string): void;
  /** Underlines the faults and shows what is wrong at the pointer and in the gutter. */
  showFaults(faults: readonly Fault[], severity: 'error' | 'warning'): void;
  select(from: number, to: number): void;
  focus(): void;
  end(): void;
}

/**
 * CodeMirror in a shadow root. There it puts its styles into a sheet created by script; in the page itself it would add a `style`
 * element, which the page's policy refuses. The colours are the page's, because custom properties reach into shadow roots. Tab leaves
 * the editor, as it leaves any field; Ctrl-] and Ctrl-[ indent.
 */
export function openEditor(
  host: HTMLElement,
  options: { readonly text: string; readonly label: string; readonly onChange: (text: string) => void },
): FilterEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const parent = document.createElement('div');
  root.replaceChildren(parent);
  const view = new EditorView({
    root,
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        EditorView.lineWrapping,
        colours,
        theme,
        keymap.of([...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        replacing,
        EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    setText(text) {
      if (text === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    showFaults(faults, severity) {
      const { length } = view.state.doc;
      // They refer to the text as it was when it was checked, which may be longer than the current one.
      const within = faults.filter(({ from }) => from <= length);
      view.dispatch(
        setDiagnostics(
          view.state,
          within.map(({ from, to, message }) => ({ from, to: Math.min(to, length), message, severity })),
        ),
      );
    },
    select(from, to) {
      const { length } = view.state.doc;
      view.dispatch({
        selection: { anchor: Math.min(from, length), head: Math.min(to, length) },
        scrollIntoView: true,
      });
      view.focus();
    },
    focus: () => view.focus(),
    end: () => view.destroy(),
  };
}

/**
 * By default, Chromium gives text typed over a selection the style of what it replaces, by a `style` attribute, which the page's policy
 * refuses and reports. So this code, and not the page, replaces and deletes text.
 */
const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { inputType, data } = event;
    const text = inputType === 'insertText' ? data : inputType.startsWith('delete') ? '' : null;
    if (text === null || view.composing) return false;
    const { from, to } = selectedIn(view);
    if (from === to) return false;
    view.dispatch({
      changes: { from, to, insert: text },
      selection: { anchor: from + text.length },
      userEvent: text === '' ? 'delete.selection' : 'input.type',
      scrollIntoView: true,
    });
    event.preventDefault();
    return true;
  },
});

/** The page's selection, which may be ahead of what the editor knows. Within a shadow root, only Chromium reports it. */
function selectedIn(view: EditorView): { readonly from: number; readonly to: number } {
  const root: DocumentOrShadowRoot & { readonly getSelection?: () => Selection | null } = view.root;
  const selection = root.getSelection?.();
  const { main } = view.state.selection;
  if (!view.contentDOM.contains(selection?.anchorNode ?? null)) return main;
  if (selection?.anchorNode == null || selection.focusNode === null) return main;
  const anchor = view.posAtDOM(selection.anchorNode, selection.anchorOffset);
  const focus = view.posAtDOM(selection.focusNode, selection.focusOffset);
  return { from: Math.min(anchor, focus), to: Math.max(anchor, focus) };
}

/** Only what is on the screen is coloured; strings may span lines, so the scan starts at the top. */
const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = decorate(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged || update.viewportChanged) this.decorations = decorate(update.view);
    }
  },
  { decorations: ({ decorations }) => decorations },
);

const MARKS = new Map(
  ['comment', 'string', 'number', 'keyword', 'target', 'call'].map((kind) => [
    kind,
    Decoration.mark({ class: `token-${kind}` }),
  ]),
);

function decorate(view: EditorView): DecorationSet {
  const { from: first, to: last } = view.viewport;
  const set = new RangeSetBuilder<Decoration>();
  for (const { from, to, kind } of tokensOf(view.state.sliceDoc(0, last))) {
    const mark = MARKS.get(kind);
    if (to > first && mark !== undefined) set.add(from, to, mark);
  }
  return set.finish();
}

const theme = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--surface)', height: '100%' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': {
    fontFamily: 'var(--font-fixed)',
    fontSize: '0.875rem',
    lineHeight: '1.6',
  },
  '.cm-content, .cm-gutter': { minHeight: '18rem' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '0.5rem 0' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': {
    color: 'var(--ink-quiet)',
    backgroundColor: 'var(--surface-low)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': {
    backgroundColor: 'color-mix(in srgb, var(--accent-soft) 45%, transparent)',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--focus) 25%, transparent)',
  },
  '.cm-tooltip': {
    color: 'var(--ink)',
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line-strong)',
    maxWidth: 'min(36rem, 90vw)',
  },
  '.cm-lintRange-error': { backgroundImage: 'none', borderBottom: '2px solid var(--bad)' },
  '.cm-lintRange-warning': { backgroundImage: 'none', borderBottom: '2px solid var(--warn)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
  '.cm-panels': { color: 'var(--ink)', backgroundColor: 'var(--surface-low)' },
  '.token-comment': { color: 'var(--ink-quiet)', fontStyle: 'italic' },
  '.token-string': { color: 'var(--good)' },
  '.token-number': { color: 'var(--warn)' },
  '.token-keyword': { color: 'var(--accent)', fontWeight: '600' },
  '.token-target': { fontWeight: '600' },
  '.token-call': { color: 'var(--accent)' },
});
