export default function Room() {
  return <h1>losses</h1>;
}
