# shellcheck shell=bash disable=SC2154
# The platform's token for an instance: it belongs to an administrator of its own, and lies on the machine for root alone.

# A token that ends within 30 days is as good as none.
token_works() {
  local said
  said=$(api GET personal_access_tokens/self)
  [[ $(status "$said") == 200 && $(body "$said" | jq -r '.expires_at // "2999-01-01"') > $(date -d '30 days' +%F) ]]
}

make_token() {
  local value
  value=glpat-$(head -c 24 /dev/urandom | base64 | tr '+/' '-_')
  (umask 077 && printf '%s\n' "$value" >"$token.new")
  rails "$BOT" "$value" || give_up "Rails did not make the platform's token (see above)"
  mv -fT "$token.new" "$token"
  token_works || give_up "the API does not take the platform's token"
}
