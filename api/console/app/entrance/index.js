/** Pages for whoever is not in yet, and for the owner of a tenant that has just been founded. */

export { AcceptInvitation as AcceptInvitationPage } from "./accept-invitation.js";
export { FirstSteps as FirstStepsPage } from "./first-steps.js";
export { ForcedEnrolment as ForcedEnrolmentPage } from "./forced-enrolment.js";
export { ForgotPassword as ForgotPasswordPage } from "./forgot-password.js";
export { Register as RegisterPage } from "./register.js";
export { ResetPassword as ResetPasswordPage } from "./reset-password.js";
export { SignIn as SignInPage } from "./sign-in.js";
