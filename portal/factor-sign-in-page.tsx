// The page that asks for the second factor, between the password and the session.

import { ErrorSummary } from './alert.tsx';
import { FactorForm, type FactorQuestion, OtherWays } from './factor-check.tsx';
import type { FieldError } from './form.ts';
import { Layout } from './layout.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';

export interface FactorSignInPageProps {
  readonly settings: PortalSettings;
  readonly formToken: string;
  readonly userId: string;
  readonly question: FactorQuestion;
  readonly errors: readonly FieldError[];
}

export function FactorSignInPage(props: FactorSignInPageProps) {
  const { settings, errors } = props;
  return (
    <Layout
      settings={settings}
      path={paths.signInFactor}
      title="Confirm that it is you"
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      <p>
        The password of <strong>{props.userId}</strong> was right. One more step and you are in.
      </p>
      <FactorForm {...props} action={paths.signInFactor} />
      <OtherWays {...props} pathOf={(way) => `${paths.signInFactor}?way=${way}`} />
      <p>
        <a href={paths.signIn}>Start again with another User ID</a>
      </p>
    </Layout>
  );
}
