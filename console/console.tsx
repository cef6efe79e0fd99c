import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { onSessionEnd } from './api/client.ts';
import { type ApiProblem, asProblem } from './api/problem.ts';
import { openSession, type Session } from './api/session.ts';
import { ChooseApp } from './parts/choose-app.tsx';
import { Frame } from './parts/frame.tsx';
import { Failure, Loading, SessionEnded } from './parts/states.tsx';
import { FIRST_VIEW, href, useRoute } from './router.ts';
import type { ViewProps } from './view-props.ts';
import { VIEWS } from './views.ts';

type Entry =
  | { readonly state: 'opening' }
  | { readonly state: 'open'; readonly session: Session }
  | { readonly state: 'ended'; readonly problem?: ApiProblem }
  | { readonly state: 'failed'; readonly problem: ApiProblem };

/** The whole page: first a session, then an app, then a view of it. */
export function Console() {
  const [entry, setEntry] = useState<Entry>({ state: 'opening' });
  const route = useRoute();

  const open = async () => {
    setEntry({ state: 'opening' });
    try {
      const session = await openSession();
      setEntry(session === undefined ? { state: 'ended' } : { state: 'open', session });
    } catch (error) {
      const problem = asProblem(error);
      // A link that was used or has expired is refused: only a new one helps.
      setEntry(
        problem.status >= 400 && problem.status < 500 && problem.status !== 429
          ? { state: 'ended', problem }
          : { state: 'failed', problem },
      );
    }
  };

  useEffect(() => {
    onSessionEnd(() => setEntry({ state: 'ended' }));
    void open();
  }, []);

  switch (entry.state) {
    case 'opening':
      return (
        <Frame>
          <Loading what="the console" />
        </Frame>
      );
    case 'ended':
      return (
        <Frame>
          <SessionEnded problem={entry.problem} />
        </Frame>
      );
    case 'failed':
      return (
        <Frame>
          <Failure problem={entry.problem} retry={() => void open()} />
        </Frame>
      );
    case 'open': {
      const { session } = entry;
      const app = session.app?.name ?? route.app;
      if (app === undefined) {
        return (
          <Frame session={session} leave={() => setEntry({ state: 'ended' })}>
            <ChooseApp />
          </Frame>
        );
      }
      return (
        <Frame session={session} app={app} view={route.view} leave={() => setEntry({ state: 'ended' })}>
          <OpenView key={`${app}/${route.view}`} app={app} session={session} route={route} />
        </Frame>
      );
    }
  }
}

function OpenView(props: ViewProps) {
  // People edit addresses: `constructor` is no view.
  const view = Object.hasOwn(VIEWS, props.route.view) ? VIEWS[props.route.view] : undefined;
  const [loaded, setLoaded] = useState<{ readonly View: ComponentType<ViewProps> } | undefined>(undefined);
  const [problem, setProblem] = useState<ApiProblem | undefined>(undefined);
  const [round, setRound] = useState(0);
  const firstPaint = useRef(document.title === 'Sluice');

  // `round` is a dependency so that the button tries again.
  useEffect(() => {
    document.title = `${view?.title ?? 'Not found'} · ${props.app} · Sluice`;
    // After following a link inside the page, a person starts reading at the new view, also with a screen reader.
    if (!firstPaint.current) document.getElementById('view')?.focus({ preventScroll: false });
    setProblem(undefined);
    view?.load().then(
      (View) => setLoaded({ View }),
      (error: unknown) => setProblem(asProblem(error)),
    );
  }, [view, round]);

  if (view === undefined) {
    return (
      <section class="state">
        <h1>There is no such page</h1>
        <p>
          The address names a part of the console that does not exist.{' '}
          <a href={href(props.app, FIRST_VIEW)}>Go to Flow</a>.
        </p>
      </section>
    );
  }
  if (problem !== undefined) return <Failure problem={problem} retry={() => setRound((last) => last + 1)} />;
  if (loaded === undefined) return <Loading what={view.title} />;
  return <loaded.View {...props} />;
}
