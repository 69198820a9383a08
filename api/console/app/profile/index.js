/** One's own profile. */

export { Profile as ProfilePage } from "./profile.js";
