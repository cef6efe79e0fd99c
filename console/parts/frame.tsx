import type { ComponentChildren } from 'preact';
import { endSession, type Session } from '../api/session.ts';
import { href } from '../router.ts';
import { VIEWS } from '../views.ts';
import { Plain } from './plain.tsx';

/** Header, navigation and the place for the view. The skip link is a button, because a fragment is an address of the router here. */
export function Frame(props: {
  readonly session?: Session;
  readonly app?: string;
  readonly view?: string;
  readonly leave?: () => void;
  readonly children: ComponentChildren;
}) {
  const { session, app, view, leave, children } = props;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('view')?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <div class="top-line">
          <span class="brand">
            <Mark /> Sluice
          </span>
          {app !== undefined && (
            <span class="top-app">
              <Plain text={app} />
              {session?.app === null && (
                <a class="quiet" href="#/">
                  Other app
                </a>
              )}
            </span>
          )}
          {session !== undefined && (
            <button type="button" class="quiet top-end" onClick={() => void endSession().finally(leave)}>
              End session
            </button>
          )}
        </div>
        {app !== undefined && (
          <nav aria-label="Areas">
            <ul class="areas">
              {Object.entries(VIEWS)
                .filter(([, { listed }]) => listed)
                .map(([name, { title }]) => (
                  <li key={name}>
                    <a href={href(app, name)} {...(name === view && { 'aria-current': 'page' as const })}>
                      {title}
                    </a>
                  </li>
                ))}
            </ul>
          </nav>
        )}
      </header>
      <main id="view" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

/** A gate that lets one stream of two through. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d="M2 8h8m4 0h8M2 16h6" />
      <path class="mark-gate" d="M12 3v10m0 6v2" />
    </svg>
  );
}
