import { href } from '../../router.ts';
import type { ViewProps } from '../../view-props.ts';
import { DeadLetterList } from './dead-letter-list.tsx';
import { DeadLetterPage } from './dead-letter-page.tsx';
import { DeliveryList } from './delivery-list.tsx';
import { DeliveryPage } from './delivery-page.tsx';
import { QuarantineList, QuarantinePage } from './quarantine.tsx';
import { RedriveList } from './redrive-list.tsx';
import { RedrivePage } from './redrive-page.tsx';

/**
 * Whatever was not delivered at the first attempt, and what was done about it. Addresses: deliveries, deliveries/ID,
 * and deliveries/{redrives|quarantine|dead-letters}[/ID].
 */
export function Deliveries(props: ViewProps) {
  const { app, session, route } = props;
  const [first, second] = route.segments;
  const part = first !== undefined && first in PARTS ? first : '';
  return (
    <>
      <nav aria-label="Deliveries and what else was not delivered">
        <ul class="tabs">
          {Object.entries(PARTS)
            .filter(([name]) => name !== 'dead-letters' || session.administration)
            .map(([name, title]) => (
              <li key={name}>
                <a
                  href={href(app, 'deliveries', name === '' ? [] : [name])}
                  {...(name === part && { 'aria-current': 'true' as const })}
                >
                  {title}
                </a>
              </li>
            ))}
        </ul>
      </nav>
      <Part key={`${first ?? ''}/${second ?? ''}`} {...props} />
    </>
  );
}

const PARTS: Readonly<Record<string, string>> = {
  '': 'Deliveries',
  redrives: 'Retries and discards',
  quarantine: 'Quarantine',
  'dead-letters': 'Dead letters',
};

function Part(props: ViewProps) {
  const [first, id] = props.route.segments;
  switch (first) {
    case undefined:
      return <DeliveryList {...props} />;
    case 'redrives':
      return id === undefined ? <RedriveList {...props} /> : <RedrivePage {...props} id={id} />;
    case 'quarantine':
      return id === undefined ? <QuarantineList {...props} /> : <QuarantinePage {...props} id={id} />;
    case 'dead-letters':
      if (!props.session.administration) {
        return (
          <>
            <h1>Dead letters</h1>
            <p>
              They belong to the whole installation. A session of administration shows them:{' '}
              <code>sluice console</code> with an administration token.
            </p>
          </>
        );
      }
      return id === undefined ? <DeadLetterList {...props} /> : <DeadLetterPage {...props} id={id} />;
    default:
      return <DeliveryPage {...props} id={first} />;
  }
}
