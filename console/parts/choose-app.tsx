import type { App } from '../api/objects.ts';
import { usePolled } from '../api/polled.ts';
import { FIRST_VIEW, href } from '../router.ts';
import { Plain } from './plain.tsx';
import { Empty, Failure, Loading } from './states.tsx';

/** An administration session may look at every app. */
export function ChooseApp() {
  const { value, problem, refresh } = usePolled<readonly App[]>('/v1/apps');
  if (value === undefined) {
    return problem === undefined ? (
      <Loading what="the apps" />
    ) : (
      <Failure problem={problem} retry={refresh} />
    );
  }
  if (value.length === 0) {
    return (
      <Empty title="There is no app yet">
        <p>An app owns everything else. Make the first one:</p>
        <pre class="command">sluice apps:create shop</pre>
      </Empty>
    );
  }
  return (
    <section>
      <h1>Which app?</h1>
      <ul class="rows">
        {value.map(({ id, name }) => (
          <li key={id}>
            <a href={href(name, FIRST_VIEW)}>
              <Plain text={name} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
